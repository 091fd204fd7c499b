/**
 * Many bars over a network that loses, doubles and reorders frames: a report for each, exactly one.
 *
 * A bar of which no frame came through in time was never seen to begin. That is next to impossible (16 frames, one
 * in five lost), but it is counted here and not assumed.
 */
import { describe, expect, test } from "vitest";
import { type BeatFrame, windowIdOf } from "../../src/contracts/index.ts";
import { Aggregator } from "../../src/core/aggregator.ts";
import type { WindowDetail } from "../../src/core/summary.ts";
import { effort, SEED } from "../support/effort.ts";
import { CLUSTER, claimOf } from "../support/messages.ts";

const BAR = 16;
const BARS = effort({ test: 1_000, soak: 10_000 });
const BEAT_MS = 1_000;
const START_MS = Date.UTC(2026, 0, 1);
const LOST = 0.2;
const DOUBLED = 0.1;
const OVERTAKEN_BY_MAX = 3;
const AGENTS = 3;

interface Arrival {
  /** When, in beats since the start. */
  readonly at: number;
  readonly frame: BeatFrame;
}

/** Numbers in [0, 1) from a seed, the same on every machine (mulberry32). */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The frame of a beat that is sent `at` so many beats after the start. */
function frameAt(beat: number, at: number, isOurs: boolean): BeatFrame {
  const from = 1 + Math.floor((beat - 1) / BAR) * BAR;
  return {
    type: "backbeat.beatframe.v1",
    cluster_id: CLUSTER,
    beat_index: beat,
    downbeat: beat === from,
    phase: "plan",
    hlc: "0000:0000:0000",
    deadline_at: new Date(START_MS + (at + 1) * BEAT_MS).toISOString(),
    tempo_bpm: 60,
    window_id: windowIdOf(CLUSTER, from),
    ...(isOurs ? { metadata: { epoch: 1, bar_from: from, bar_length: BAR } } : {}),
  };
}

/** What comes out of the network, in order of arrival. */
function lossy(sent: readonly Arrival[], chance: () => number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (const { at, frame } of sent) {
    const copies = chance() < LOST ? 0 : chance() < DOUBLED ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      arrivals.push({ at: at + Math.floor(chance() * (OVERTAKEN_BY_MAX + 1)) + chance() / 2, frame });
  }
  return arrivals.sort((a, b) => a.at - b.at);
}

/** Beats `from … to`, sent one a beat from `at` on. */
function beats(from: number, to: number, at: number, isOurs: boolean): Arrival[] {
  return Array.from({ length: to - from + 1 }, (_, sent) => ({
    at: at + sent,
    frame: frameAt(from + sent, at + sent, isOurs),
  }));
}

/** Tells the arrivals to a core, with claims after each and a tick now and then. */
function report(arrivals: readonly Arrival[], chance: () => number, barLengthGuess: number) {
  const core = new Aggregator({ clusterId: CLUSTER, barLength: barLengthGuess });
  const closed: WindowDetail[] = [];
  let seq = 0;
  for (const { at, frame } of arrivals) {
    const place = () => ({ seq: ++seq, timeMs: START_MS + at * BEAT_MS });
    core.apply({ kind: "frame", frame, ...place() });
    const claim = claimOf(`agent:${Math.floor(chance() * AGENTS)}`, frame.beat_index);
    core.apply({ kind: "claim", claim, fingerprint: frame.beat_index, ...place() });
    const { closingWindowId } = core;
    if (closingWindowId !== undefined && chance() < 0.5)
      core.apply({ kind: "tick", windowId: closingWindowId, ...place() });
    closed.push(...core.takeClosed());
  }
  return { closed, core };
}

/** The bars that were seen to begin: by a frame above every one before it. */
function begunIn(arrivals: readonly Arrival[]): string[] {
  const begun = new Set<string>();
  let newest = 0;
  for (const { frame } of arrivals) {
    if (frame.beat_index <= newest) continue;
    newest = frame.beat_index;
    begun.add(frame.window_id);
  }
  return [...begun];
}

const idsOf = (bars: readonly WindowDetail[]) => bars.map(({ windowId }) => windowId);

const isRestarted = (bar: WindowDetail) =>
  bar.issueDetails.some(({ category }) => category === "timeline_restarted");

describe(`with BACKBEAT_SEED=${SEED}`, () => {
  test.each([
    { pulse: "our pulse", isOurs: true, guess: BAR },
    { pulse: "a foreign pulse without metadata", isOurs: false, guess: BAR },
    { pulse: "a foreign pulse of another bar length", isOurs: false, guess: 120 },
  ])(`invariant R1 ${BARS} bars of $pulse, as many reports`, ({ isOurs, guess }) => {
    const chance = chanceFrom(SEED);
    const last = BARS * BAR;
    const arrivals = lossy(beats(1, last, 0, isOurs), chance);
    const begun = begunIn(arrivals);
    // Two frames more, both of which arrive: the first shows the last bar to be over, the second closes it.
    const { closed, core } = report(
      [...arrivals, ...beats(last + 1, last + 2, last + 9, isOurs)],
      chance,
      guess,
    );
    expect(idsOf(closed)).toEqual(begun);
    expect(begun.length).toBeGreaterThan(BARS - 3);
    expect(closed.filter(isRestarted)).toEqual([]);
    for (const [at, bar] of closed.entries())
      if (at > 0) expect(bar.fromBeat).toBe((closed[at - 1]?.toBeat ?? 0) + 1);
    // A foreign pulse says where a bar begins with its downbeat only: until a few were heard, lengths are guesses.
    const isExact = ({ fromBeat, windowId }: WindowDetail) => windowId === windowIdOf(CLUSTER, fromBeat);
    expect(closed.slice(isOurs ? 0 : 100).filter((bar) => !isExact(bar))).toEqual([]);
    expect(core.barLength).toBe(BAR);
    const { claims, claimsReceived } = core.tally;
    expect(claimsReceived).toBe(arrivals.length + 2);
    expect(Object.values(claims).reduce((sum, count) => sum + count)).toBe(claimsReceived);
  });

  test.each([true, false])(
    "invariant P1 a stray frame of index 10^12 stops nothing (metadata: %s)",
    (isOurs) => {
      const chance = chanceFrom(SEED);
      const arrivals = lossy(beats(1, 400 * BAR, 0, isOurs), chance);
      const begun = begunIn(arrivals);
      const strays = [0.3, 0.301, 0.6].map((part) => {
        const at = Math.floor(part * arrivals.length);
        return { at, arrival: { at: arrivals[at]?.at ?? 0, frame: frameAt(10 ** 12, at, isOurs) } };
      });
      const strewn = arrivals.flatMap((arrival, at) => [
        arrival,
        ...strays.filter((stray) => stray.at === at).map((stray) => stray.arrival),
      ]);
      const { closed, core } = report(strewn, chance, BAR);
      expect(idsOf(closed)).toEqual(begun.slice(0, closed.length));
      expect(closed.length).toBeGreaterThanOrEqual(begun.length - 2);
      expect(closed.filter(isRestarted)).toEqual([]);
      expect(core.tally.frames.candidate).toBe(3);
    },
  );

  test.each([true, false])(
    "invariant R1 a pulse that began anew at 1 is followed (metadata: %s)",
    (isOurs) => {
      const chance = chanceFrom(SEED);
      const sentBefore = 100 * BAR + 5;
      const before = lossy(beats(1, sentBefore, 0, isOurs), chance);
      const after = lossy(beats(1, 100 * BAR, sentBefore + 20, isOurs), chance);
      const { closed } = report([...before, ...after], chance, BAR);
      const heardBefore = begunIn(before);
      expect(idsOf(closed.slice(0, heardBefore.length))).toEqual(heardBefore);
      const restarts = closed.flatMap((bar, at) => (isRestarted(bar) ? [at] : []));
      expect(restarts).toHaveLength(1);
      expect([heardBefore.length - 1, heardBefore.length - 2]).toContain(restarts[0]);
      const others = idsOf(closed.slice(heardBefore.length));
      expect(others).toEqual(begunIn(after).slice(0, others.length));
      expect(others.length).toBeGreaterThanOrEqual(98);
    },
  );
});
