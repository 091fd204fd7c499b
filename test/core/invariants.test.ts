/** The numbered invariants of reverb's core, for any history. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeReport } from "../../src/contracts/encode.ts";
import { Aggregator } from "../../src/core/aggregator.ts";
import type { ClaimEntry, Entry } from "../../src/core/entry.ts";
import type { WindowDetail } from "../../src/core/summary.ts";
import { DumbReverb } from "../support/dumb-reverb.ts";
import { effort } from "../support/effort.ts";
import { type History, histories } from "../support/reverb-histories.ts";

const STEPS = 120;
const RUNS = { numRuns: effort({ test: 150, soak: 5_000 }) };

interface Told {
  readonly core: Aggregator;
  readonly outcomes: readonly string[];
  readonly closed: readonly WindowDetail[];
}

/** Tells a history to a new core; `look` sees it after each entry. */
function tell({ settings, entries }: History, look: (core: Aggregator, at: number) => void = () => {}): Told {
  const core = new Aggregator(settings);
  const closed: WindowDetail[] = [];
  const outcomes = entries.map((entry, at) => {
    const outcome = core.apply(entry);
    closed.push(...core.takeClosed());
    look(core, at);
    return outcome;
  });
  return { core, outcomes, closed };
}

const bytesOf = (details: readonly WindowDetail[]) =>
  details.map((detail) => Buffer.from(encodeReport(detail.report)).toString());

const isRestarted = (detail: WindowDetail | undefined) =>
  detail?.issueDetails.some(({ category }) => category === "timeline_restarted") === true;

describe("invariant R1 every bar seen to begin is reported exactly once", () => {
  test("bars follow each other without overlap or hole, but where the timeline was restarted", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS }), (history) => {
        const { closed } = tell(history);
        for (const [at, bar] of closed.entries()) {
          const next = closed[at + 1];
          expect(bar.toBeat).toBeGreaterThanOrEqual(bar.fromBeat);
          if (next === undefined || next.fromBeat === bar.toBeat + 1) continue;
          expect(isRestarted(bar) || isRestarted(closed[at - 1])).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test("what was closed and what is open is what was opened, in that order", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS, isCalm: true }), (history) => {
        const begun: string[] = [];
        const { core, closed } = tell(history, ({ currentWindowId: id }) => {
          if (id !== undefined && id !== begun.at(-1)) begun.push(id);
        });
        const open = core.openWindows().reverse();
        expect([...closed, ...open].map(({ windowId }) => windowId)).toEqual(begun);
        expect(new Set(begun).size).toBe(begun.length);
      }),
      RUNS,
    );
  });

  test("at most two bars are open", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS }), (history) => {
        tell(history, (core) => {
          expect(core.openWindows().length).toBeLessThanOrEqual(2);
        });
      }),
      RUNS,
    );
  });
});

describe("invariants R2 and R7 a report is a function of its input", () => {
  test("claims of different agents commute inside a window", () => {
    fc.assert(
      fc.property(
        histories({ steps: STEPS, hasLimits: false }),
        fc.infiniteStream(fc.nat()),
        (history, picks) => {
          const mixed = { ...history, entries: interleaved(history.entries, picks) };
          const { closed, core } = tell(history);
          const told = tell(mixed);
          expect(bytesOf(told.closed)).toEqual(bytesOf(closed));
          expect(told.closed.map((bar) => bar.issueDetails)).toEqual(closed.map((bar) => bar.issueDetails));
          expect(told.core.tally.claims).toEqual(core.tally.claims);
        },
      ),
      RUNS,
    );
  });

  test("a repeated claim changes only the count of duplicates", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS, hasLimits: false }), fc.nat(), (history, pick) => {
        const once = tell(history);
        const counted = history.entries.filter((_, at) => once.outcomes[at] === "counted");
        const chosen = counted[pick % Math.max(1, counted.length)];
        const entries = history.entries.flatMap((entry) => (entry === chosen ? [entry, entry] : [entry]));
        const twice = tell({ ...history, entries });
        expect(twice.closed.map(withoutDuplicates)).toEqual(once.closed.map(withoutDuplicates));
        const repeated = chosen === undefined ? 0 : 1;
        expect(twice.core.tally.claims.duplicate).toBe(once.core.tally.claims.duplicate + repeated);
      }),
      RUNS,
    );
  });

  test("carry: told from the opening frame of the second bar before it, a report is the same", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS, isCalm: true, hasLimits: false }), (history) => {
        fc.pre(history.settings.leadBeats === undefined || history.settings.leadBeats <= history.barLength);
        fc.pre(history.settings.barLength <= history.barLength && history.hasMetadata);
        const openings: number[] = [];
        const { closed, outcomes } = tell(history);
        for (const [at, outcome] of outcomes.entries()) if (outcome === "opened") openings.push(at);
        for (const [at, bar] of closed.entries()) {
          // What came before the first frame was held for it: the first bars are told from the first entry.
          if (at < 3) continue;
          const entries = history.entries.slice(openings[at - 2]);
          const replayed = tell({ ...history, entries }).closed[2];
          expect(replayed && bytesOf([replayed])).toEqual(bytesOf([bar]));
        }
      }),
      { numRuns: 600 },
    );
  });
});

test("invariant R3 a closed bar never changes", () => {
  fc.assert(
    fc.property(histories({ steps: STEPS }), (history) => {
      const atClose: string[] = [];
      const core = new Aggregator(history.settings);
      const closed: WindowDetail[] = [];
      for (const entry of history.entries) {
        core.apply(entry);
        for (const detail of core.takeClosed()) {
          closed.push(detail);
          atClose.push(JSON.stringify(detail));
        }
      }
      expect(closed.map((detail) => JSON.stringify(detail))).toEqual(atClose);
    }),
    RUNS,
  );
});

describe("invariant R4 memory is bounded", () => {
  test("a million claims for as many beats to come are held up to the limit, the rest refused and counted", () => {
    const core = new Aggregator({ clusterId: "test", barLength: 8, limits: { heldClaims: 1_000 } });
    const claim = {
      type: "backbeat.statusclaim.v1",
      agent_id: "a",
      state: "idle",
      hlc: "0000:0000:0000",
    } as const;
    for (let beat = 0; beat < 1_000_000; beat += 1)
      core.apply({
        kind: "claim",
        claim: { ...claim, beat_index: beat },
        fingerprint: beat,
        seq: beat,
        timeMs: 0,
      });
    expect(core.tally.claims).toMatchObject({ held: 1_000, "refused-held-limit": 999_000 });
  });
});

describe("invariant R6 conservation adds up", () => {
  test("in all and per bar, after every entry", () => {
    fc.assert(
      fc.property(histories({ steps: STEPS }), (history) => {
        const kinds = { claim: 0, frame: 0 };
        const closed: WindowDetail[] = [];
        const core = new Aggregator(history.settings);
        for (const entry of history.entries) {
          core.apply(entry);
          closed.push(...core.takeClosed());
          const kind = entry.kind === "refused" ? entry.of : entry.kind;
          if (kind === "claim" || kind === "frame") kinds[kind] += 1;
          const { claims, claimsReceived, frames, framesReceived } = core.tally;
          expect([claimsReceived, framesReceived]).toEqual([kinds.claim, kinds.frame]);
          expect([sum(claims), sum(frames)]).toEqual([kinds.claim, kinds.frame]);
        }
        const open = core.openWindows().map(({ windowId }) => core.openWindow(windowId));
        const bars = [...closed, ...open.filter((bar) => bar !== undefined)].map((bar) => bar.conservation);
        for (const bar of bars)
          expect(bar.received).toBe(bar.counted + bar.duplicate + bar.late + sum(bar.refused));
        const { counted, duplicate, late } = core.tally.claims;
        expect([counted, duplicate, late]).toEqual(
          (["counted", "duplicate", "late"] as const).map((outcome) => sum(bars.map((bar) => bar[outcome]))),
        );
      }),
      RUNS,
    );
  });
});

test("invariant P1 the beat never goes back and the window never flips back, but by three candidates", () => {
  fc.assert(
    fc.property(histories({ steps: STEPS }), ({ settings, entries }) => {
      const core = new Aggregator(settings);
      const twin = new DumbReverb(settings);
      let candidates = 0;
      let newest = -1;
      let seen: string[] = [];
      for (const entry of entries) {
        const outcome = core.apply(entry);
        expect(twin.apply(entry)).toBe(outcome);
        const index = core.newest?.index ?? -1;
        const key = core.currentWindowId?.toLowerCase() ?? "";
        const isNewLine =
          entry.kind === "frame" && outcome === "opened" && candidates >= 2 && index !== newest;
        if (index < newest) expect(isNewLine).toBe(true);
        if (isNewLine && (index < newest || seen.includes(key))) seen = [];
        if (key !== seen.at(-1)) {
          expect(seen).not.toContain(key);
          seen.push(key);
        }
        if (outcome === "candidate") candidates += 1;
        else if (outcome === "advanced" || outcome === "opened") candidates = 0;
        newest = index;
      }
    }),
    RUNS,
  );
});

/** The same claims in another order, each agent's own in its order; frames and ticks stay where they are. */
function interleaved(entries: readonly Entry[], picks: fc.Stream<number>): readonly Entry[] {
  const mixed: Entry[] = [];
  let run: ClaimEntry[] = [];
  const flush = () => {
    while (run.length > 0) {
      const agents = [...new Set(run.map(({ claim }) => claim.agent_id))];
      const agent = agents[(picks.next().value ?? 0) % agents.length];
      const next = run.find(({ claim }) => claim.agent_id === agent) as ClaimEntry;
      run = run.filter((entry) => entry !== next);
      mixed.push(next);
    }
  };
  for (const entry of entries) {
    if (entry.kind === "claim") run.push(entry);
    else {
      flush();
      mixed.push(entry);
    }
  }
  flush();
  return mixed.map((entry, at) => ({ ...entry, seq: at + 1 }));
}

function withoutDuplicates({ conservation, issueDetails, report, ...detail }: WindowDetail) {
  const { duplicate: _, received: __, ...rest } = conservation;
  const isOther = ({ category }: { readonly category: string }) => category !== "duplicate_claims";
  const { issues = [], ...kpis } = report;
  return {
    ...{ detail, rest, kpis },
    issues: issues.filter(isOther),
    issueDetails: issueDetails.filter(isOther),
  };
}

function sum(counts: object): number {
  return Object.values(counts).reduce((total: number, count: number) => total + count, 0);
}
