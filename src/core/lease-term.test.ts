import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeaseTerm, lookEveryMs } from "./lease-term.ts";

const DURATION_MS = 4_000;
const LOOK_MS = lookEveryMs(DURATION_MS);

/** A follower that looks every second from 0 on; `seqs` are what it reads, undefined a look that failed. */
function looks(seqs: readonly (number | undefined)[]) {
  const term = new LeaseTerm("me");
  const verdicts = seqs.map((seq, place) => {
    const nowMs = place * LOOK_MS;
    if (seq === undefined) term.missed();
    else term.saw({ seq, writer: "other", released: false }, { askedAtMs: nowMs, durationMs: DURATION_MS });
    return term.verdict(nowMs, DURATION_MS);
  });
  return { term, verdicts };
}

describe("BACKBEAT-REQ-001 LeaseTerm", () => {
  it("is open when the record was seen unchanged for its whole length", () => {
    expect(looks([7, 7, 7, 7, 7]).verdicts).toEqual(["others", "others", "others", "others", "open"]);
    expect(looks([7, 7, 7, 8, 8]).verdicts.at(-1)).toBe("others");
  });

  it("begins to look anew after a look that failed: the holder could not write either", () => {
    expect(looks([7, 7, 7, undefined, 7, 7, 7, 7]).verdicts.at(-1)).toBe("others");
    expect(looks([7, 7, 7, undefined, 7, 7, 7, 7, 7]).verdicts.at(-1)).toBe("open");
  });

  it("begins to look anew after a gap, as after SIGSTOP", () => {
    const { term } = looks([7, 7]);
    term.saw({ seq: 7, writer: "other", released: false }, { askedAtMs: 60_000, durationMs: DURATION_MS });
    expect(term.verdict(60_000, DURATION_MS)).toBe("others");
  });

  it("is open at once where there is none or it was given up, but not to who gave it up", () => {
    const term = new LeaseTerm("me");
    const look = { askedAtMs: 0, durationMs: DURATION_MS };
    expect(term.verdict(0, DURATION_MS)).toBe("others");
    term.saw({ seq: 0, writer: undefined, released: false }, look);
    expect(term.verdict(0, DURATION_MS)).toBe("open");
    term.saw({ seq: 3, writer: "other", released: true }, look);
    expect(term.verdict(0, DURATION_MS)).toBe("open");
    term.standBack(DURATION_MS);
    expect(term.verdict(10, DURATION_MS)).toBe("others");
    expect(term.verdict(DURATION_MS, DURATION_MS)).toBe("open");
  });

  it("invariant P2: is ours for sure only while no other can have taken it", () => {
    const renewals = fc.array(fc.integer({ min: 100, max: 6_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(renewals, fc.integer({ min: 0, max: 900 }), (pausesMs, offsetMs) => {
        const holder = new LeaseTerm("me");
        const other = new LeaseTerm("other");
        let nowMs = 0;
        let lookMs = offsetMs;
        for (const [seq, pauseMs] of pausesMs.entries()) {
          holder.saw({ seq, writer: "me", released: false }, { askedAtMs: nowMs, durationMs: DURATION_MS });
          for (; lookMs < nowMs + pauseMs; lookMs += 900) {
            if (lookMs < nowMs) continue;
            other.saw({ seq, writer: "me", released: false }, { askedAtMs: lookMs, durationMs: DURATION_MS });
            if (other.verdict(lookMs, DURATION_MS) === "open")
              expect(holder.isOurs(lookMs, DURATION_MS)).toBe(false);
          }
          nowMs += pauseMs;
        }
      }),
    );
  });
});
