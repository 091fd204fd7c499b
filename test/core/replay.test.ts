/** R7: a fold from the begin, from any Replay-From and from any checkpoint says the same, to the byte. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BeatFrame } from "../../src/contracts/beat-frame.ts";
import { encodeReport } from "../../src/contracts/encode.ts";
import type { StatusClaim } from "../../src/contracts/status-claim.ts";
import { Aggregator } from "../../src/core/aggregator.ts";
import type { AggregatorSettings, FoldStart } from "../../src/core/aggregator-settings.ts";
import type { Entry } from "../../src/core/entry.ts";
import { restoreAggregator, snapshotOf } from "../../src/core/snapshot.ts";
import type { WindowDetail } from "../../src/core/summary.ts";
import { effort } from "../support/effort.ts";
import { type History, histories } from "../support/reverb-histories.ts";

/** Bars that the requirement asks for; many more are drawn. */
const BARS_MIN = 1_000;
const RUNS = effort({ test: 160, soak: 2_500 });
const STEPS = 600;
const text = new TextDecoder();

/** What a journal holds: no gaps of a link, no frame that was asked for. */
function journalOf({ entries }: History): Entry[] {
  return entries
    .filter((entry) => entry.kind !== "gap")
    .map((entry, at) => {
      const placed = { ...entry, seq: at + 1 };
      return placed.kind === "frame" ? { ...placed, answered: false } : placed;
    });
}

function foldAll(aggregator: Aggregator, entries: readonly Entry[]): WindowDetail[] {
  return entries.flatMap((entry) => {
    aggregator.apply(entry);
    return aggregator.takeClosed();
  });
}

/** All that reaches the report stream: bytes, place, and where to begin again. */
const committed = ({ claimsCount, position, report }: WindowDetail) =>
  JSON.stringify([text.decode(encodeReport(report)), claimsCount, position]);

function foldFrom(settings: AggregatorSettings, start: FoldStart, entries: readonly Entry[]): WindowDetail[] {
  const later = entries.filter(({ seq }) => seq >= start.replay.seq);
  return foldAll(new Aggregator({ ...settings, start }), later);
}

function bytesOf(aggregator: Aggregator): Uint8Array {
  return Buffer.concat([...snapshotOf(aggregator)]);
}

const allHistories = fc.oneof(
  histories({ steps: STEPS }),
  histories({ steps: STEPS, isCalm: true }),
  histories({ steps: STEPS, hasLimits: false }),
);

describe("R7 replay", () => {
  it("R7 a fold from any report's Replay-From computes that report and all later ones", () => {
    let bars = 0;
    let reachedBack = 0;
    fc.assert(
      fc.property(allHistories, fc.boolean(), (history, partial) => {
        const entries = journalOf(history);
        const begin: FoldStart = { replay: { seq: 1 }, partial };
        const whole = foldFrom(history.settings, begin, entries);
        for (const [at, bar] of whole.entries()) {
          const { firstSeq, replayFrom } = bar.position;
          const start = replayFrom.carry === undefined ? begin : { replay: replayFrom };
          const again = foldFrom(history.settings, start, entries);
          const later = again.filter(({ position }) => position.firstSeq >= firstSeq);
          expect(later.map(committed)).toEqual(whole.slice(at).map(committed));
          bars += 1;
          reachedBack += replayFrom.seq > 1 ? 1 : 0;
        }
      }),
      { numRuns: RUNS },
    );
    expect(bars).toBeGreaterThan(BARS_MIN);
    // A Replay-From that is always the begin would prove nothing.
    expect(reachedBack).toBeGreaterThan(bars / 4);
  });

  it("R7 a claim that was held at a replay's first frame, unseen, changes no later Replay-From", () => {
    const settings = { clusterId: "c1", barLength: 1, leadBeats: 3, limits: { heldClaims: 2 } };
    const [first, ...frames] = Array.from({ length: 8 }, (_, at) => ({ frame: at + 1 }));
    const entries = placed([
      { claim: 3 },
      ...[first, frames[0], { claim: 5 }, ...frames.slice(1, 6)],
      ...[{ claim: 8 }, { claim: 9 }, { claim: 10 }, frames[6]],
    ]);
    const whole = foldAll(new Aggregator(settings), entries);
    const starts = whole.map(({ position }) => position.replayFrom);
    expect(starts.some(({ carry }) => carry?.held !== undefined)).toBe(true);
    expectAlikeFromAnyStart(settings, entries);
  });

  it("R7 a new line that comes back to a window of its own candidates is computed alike from any Replay-From", () => {
    const settings = { clusterId: "c1", barLength: 1, leapBeats: 1 };
    const windows = ["a", "b", "a", "a", "c", "c", "c", "d", "d", "e", "e"];
    const beats = [3, 4, 7, 8, 20, 21, 22, 23, 24, 25, 26];
    const start = placed([{ frame: 50 }]);
    const later = placed([{ frame: 50 }, ...beats.map((frame) => ({ frame }))]).slice(1);
    const entries = [
      ...start,
      ...later.map((entry, at) =>
        entry.kind === "frame"
          ? { ...entry, frame: { ...entry.frame, window_id: (windows[at] ?? "").repeat(32) } }
          : entry,
      ),
    ];
    const whole = foldAll(new Aggregator(settings), entries);
    expect(whole.length).toBeGreaterThan(3);
    expectAlikeFromAnyStart(settings, entries);
  });

  it("R7 a claim that is held over a new line is replayed with all that were held then, also those let go", () => {
    const settings = { clusterId: "c1", barLength: 1, leadBeats: 5 };
    const before = [{ frame: 10 }, { frame: 11 }, { frame: 12 }, { claim: 17 }, { frame: 13 }];
    const restart = [{ frame: 10 }, { frame: 11 }, { claim: 14 }, { frame: 12 }];
    const after = Array.from({ length: 6 }, (_, at) => ({ frame: at + 13 }));
    expectAlikeFromAnyStart(settings, placed([...before, ...restart, ...after]));
  });

  it("R7 new lines under claims for beats to come change no Replay-From, wherever the fold begins", () => {
    const ahead = fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined });
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ jump: fc.constantFrom(1, 1, 1, 1, 2, 3), ahead }) },
        { weight: 1, arbitrary: fc.record({ back: fc.integer({ min: 1, max: 6 }), ahead, later: ahead }) },
      ),
      { minLength: 15, maxLength: 40 },
    );
    const shape = fc.record({
      barLength: fc.integer({ min: 1, max: 3 }),
      leadBeats: fc.integer({ min: 1, max: 6 }),
      heldClaims: fc.constantFrom(1, 2, 3, 100),
    });
    fc.assert(
      fc.property(shape, steps, ({ heldClaims, ...rest }, all) => {
        let beat = 20;
        const claimed = (at: number, beats: number | undefined) =>
          beats === undefined ? undefined : { claim: at + beats };
        const wishes = all.flatMap((one): Wish[] => {
          if ("jump" in one) {
            beat += one.jump;
            return [{ frame: beat }, claimed(beat, one.ahead)];
          }
          // Three candidates are a new line; claims that come between them are held on the old one.
          const [newest, first] = [beat, Math.max(1, beat - one.back)];
          beat = first + 2;
          return [
            { frame: first },
            claimed(newest, one.ahead),
            ...[{ frame: first + 1 }, claimed(newest, one.later), { frame: beat }],
          ];
        });
        const settings = { clusterId: "c1", ...rest, limits: { heldClaims } };
        expectAlikeFromAnyStart(settings, placed(wishes, rest.barLength));
      }),
      { numRuns: effort({ test: 200, soak: 10_000 }) },
    );
  });

  it("R7 a fold that was interrupted at any entry and taken up from its snapshot says the same", () => {
    let bars = 0;
    fc.assert(
      fc.property(allHistories, fc.nat(), (history, where) => {
        const entries = journalOf(history);
        const cut = where % (entries.length + 1);
        const whole = new Aggregator(history.settings);
        const before = foldAll(whole, entries.slice(0, cut));
        const restored = restoreAggregator(history.settings, bytesOf(whole));
        expect(Buffer.compare(bytesOf(restored), bytesOf(whole))).toBe(0);
        const after = foldAll(whole, entries.slice(cut));
        expect(foldAll(restored, entries.slice(cut)).map(committed)).toEqual(after.map(committed));
        expect(shown(restored)).toEqual(shown(whole));
        bars += before.length + after.length;
      }),
      { numRuns: RUNS },
    );
    expect(bars).toBeGreaterThan(BARS_MIN);
  });

  it("R7 Replay-From lies no further back than the opening frame of the second bar before, where nothing is held", () => {
    const entries = steadyBars(12);
    const whole = foldAll(new Aggregator({ clusterId: "c1", barLength: 4 }), entries);
    for (const [at, bar] of whole.entries())
      expect(bar.position.replayFrom.seq).toBe(at < 2 ? 1 : whole[at - 2]?.position.firstSeq);
  });

  it("R7 a snapshot that was cut or changed is refused, or restored to something that works", () => {
    fc.assert(
      fc.property(histories({ steps: 60 }), fc.nat(), fc.nat({ max: 255 }), (history, where, change) => {
        const aggregator = new Aggregator(history.settings);
        foldAll(aggregator, journalOf(history));
        const bytes = bytesOf(aggregator);
        const at = where % bytes.length;
        expect(() => restoreAggregator(history.settings, bytes.subarray(0, at))).toThrow(
          expect.objectContaining({ code: "bad-file" }),
        );
        const changed = Uint8Array.from(bytes);
        changed[at] = change;
        try {
          restoreAggregator(history.settings, changed);
        } catch (error) {
          expect(error).toMatchObject({ code: "bad-file" });
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Every bar and all later ones are computed alike from its Replay-From. */
function expectAlikeFromAnyStart(settings: AggregatorSettings, entries: readonly Entry[]): void {
  const whole = foldAll(new Aggregator(settings), entries);
  for (const [at, { position }] of whole.entries()) {
    const { replayFrom: replay } = position;
    const start = replay.carry === undefined ? { replay: { seq: 1 } } : { replay };
    const again = foldFrom(settings, start, entries).slice(at - whole.length);
    expect(again.map(committed)).toEqual(whole.slice(at).map(committed));
  }
}

/** Everything that the API shows of the core. */
function shown(aggregator: Aggregator): object {
  const agents: object[] = [];
  aggregator.eachAgent((agent, windowId) => {
    const { agentId, beatIndex, beatsLeft, changedBeat, claims, dependencies, lastClaimMs } = agent;
    const { nextBeat, notes, progress, state, taskId } = agent;
    agents.push({ agentId, beatIndex, beatsLeft, changedBeat, claims, dependencies, lastClaimMs, windowId });
    agents.push({ nextBeat, notes, progress, state, taskId });
  });
  const windows = aggregator.openWindows().map(({ windowId }) => aggregator.openWindow(windowId));
  const { barLength, closingWindowId, currentWindowId, dependenciesCut, newest, tally } = aggregator;
  return { agents, windows, barLength, closingWindowId, currentWindowId, dependenciesCut, newest, tally };
}

/** Bars of four beats, each frame followed by a claim for its beat. */
function steadyBars(bars: number): Entry[] {
  return placed(
    Array.from({ length: 4 * bars + 2 }, (_, at) => [{ frame: at + 1 }, { claim: at + 1 }]).flat(),
    4,
  );
}

type Wish = { readonly frame: number } | { readonly claim: number } | undefined;

/** Frames and claims for beats, in this order. */
function placed(wishes: readonly Wish[], beatsPerBar = 1): Entry[] {
  return wishes
    .filter((wish) => wish !== undefined)
    .map((wish, at) => {
      const place = { seq: at + 1, timeMs: 1_000 * (at + 1) };
      return "frame" in wish
        ? { ...place, kind: "frame", frame: frameOf(wish.frame, { beatsPerBar, timeMs: place.timeMs }) }
        : { ...place, kind: "claim", fingerprint: at, claim: claimOf(wish.claim) };
    });
}

function frameOf(
  beat: number,
  { beatsPerBar, timeMs }: { readonly beatsPerBar: number; readonly timeMs: number },
): BeatFrame {
  const bar = Math.floor((beat - 1) / beatsPerBar);
  return {
    type: "backbeat.beatframe.v1",
    cluster_id: "c1",
    beat_index: beat,
    downbeat: (beat - 1) % beatsPerBar === 0,
    phase: "plan",
    hlc: "0000:0000:0000",
    deadline_at: new Date(timeMs + 1_000).toISOString(),
    tempo_bpm: 60,
    window_id: bar.toString(16).padStart(32, "0"),
  };
}

function claimOf(beat: number): StatusClaim {
  return {
    type: "backbeat.statusclaim.v1",
    agent_id: "a",
    beat_index: beat,
    state: "executing",
    hlc: "0000:0000:0000",
  };
}
