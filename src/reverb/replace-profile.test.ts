import { describe, expect, it } from "vitest";
import { chainRecordOf } from "../../test/support/chain-records.ts";
import { type Profile, profileHashOf } from "../contracts/chain-record.ts";
import { replacedBefore, replacementRefusal } from "./replace-profile.ts";
import type { Chain } from "./report-tail.ts";

const [p1, p2, p3] = [1, 2, 3].map((lead) => ({ algorithm: 1, lead_beats: lead })) as unknown as [
  Profile,
  Profile,
  Profile,
];
const hash = profileHashOf;

/** A chain with that profile, behind others; ids of chains never repeat. */
function chainWith(profile: Profile, before?: Chain, id = "c".repeat(32)): Chain {
  return { id, record: chainRecordOf({ profile, ...replacedBefore(before, profile) }), seq: 1 };
}

const refusalOf = (chain: Chain, profile: Profile, replaceProfile?: string) =>
  replacementRefusal({ chain, profile, replaceProfile, differences: ["--lead is 2 here and 1 there"] });

describe("replacementRefusal", () => {
  it("R7 without a name: says the differences, the running profile, who began it and when, and the way", () => {
    const error = refusalOf(chainWith(p1), p2);
    expect(error).toMatchObject({ code: "profile-differs", data: { runningProfile: hash(p1) } });
    expect(error?.message).toMatch(/--lead is 2 here and 1 there/);
    expect(error?.message).toMatch(/which n began at 2026-01-01T00:00:00.000Z/);
    expect(error?.message).toContain(`--replace-profile ${hash(p1)}`);
  });

  it("R7 the running profile may be named by its hash, in any case, or by its first digits", () => {
    for (const named of [hash(p1), hash(p1).toUpperCase(), hash(p1).slice(0, 12)])
      expect(refusalOf(chainWith(p1), p2, named)).toBeUndefined();
  });

  it("R7 a profile that does not run is refused, and the running one named", () => {
    const error = refusalOf(chainWith(p1), p2, hash(p3));
    expect(error?.message).toContain(`--replace-profile names ${hash(p3)}, which does not run`);
    expect(error?.message).toContain(`--replace-profile ${hash(p1)}`);
  });

  it("R7 what was replaced does not replace back by a name that is left over from its first time", () => {
    // P2 replaced P1, which was then brought back: the variable of P2 still names P1, and P1 runs.
    const first = chainWith(p1, undefined, "a".repeat(32));
    const second = chainWith(p2, first, "b".repeat(32));
    const third = chainWith(p1, second);
    expect(refusalOf(third, p2, hash(p1))?.message).toContain(`--replace-profile ${third.id}`);
    expect(refusalOf(third, p2, third.id)).toBeUndefined();
    // Also where another profile came between.
    const between = chainWith(p1, chainWith(p3, second));
    expect(refusalOf(between, p2, hash(p1))).toBeDefined();
    // Who was not replaced may.
    expect(refusalOf(third, p3, hash(p1))).toBeUndefined();
  });
});

describe("replacedBefore", () => {
  it("R4 a record names a bounded number of replaced profiles, the newest first", () => {
    let chain = chainWith({ algorithm: 1, lead_beats: 1_000 });
    for (let lead = 0; lead < 100; lead += 1) chain = chainWith({ algorithm: 1, lead_beats: lead }, chain);
    expect(chain.record.replaced).toHaveLength(64);
    expect(chain.record.replaced?.[0]).toBe(hash({ algorithm: 1, lead_beats: 98 }));
  });
});
