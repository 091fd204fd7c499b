import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BeatFrame } from "../contracts/beat-frame.ts";
import { barFromOf, phaseOf } from "./bar-grid.ts";
import type { FrameEntry } from "./entry.ts";
import { Flywheel, FRAMES_KEPT } from "./flywheel.ts";

const WALL_MS = Date.UTC(2026, 0, 1);
const ROUNDING_MS = 1e-6;

/** Dumb twin of a timeline: a list of beats, each due one beat of its bar's tempo after the one before. */
interface TrueBeat {
  readonly index: number;
  readonly dueMs: number;
  readonly durationMs: number;
  readonly tempoBpm: number;
}

function trueBeats(barLength: number, tempos: readonly number[]): TrueBeat[] {
  const beats: TrueBeat[] = [];
  let dueMs = 5_000;
  for (const tempoBpm of tempos) {
    for (let place = 0; place < barLength; place += 1) {
      const durationMs = 60_000 / tempoBpm;
      beats.push({ index: beats.length + 1, dueMs, durationMs, tempoBpm });
      dueMs += durationMs;
    }
  }
  return beats;
}

interface Extras {
  readonly epoch?: number;
  readonly answered?: boolean;
  /** By how much the reader's wall clock is ahead of the pulse's. */
  readonly wallAheadMs?: number;
  readonly isBare?: boolean;
}

/** The frame of a beat, heard `lateMs` after it was due. */
function heard(beat: TrueBeat, barLength: number, lateMs: number, extras: Extras = {}): FrameEntry {
  const grid = { barOrigin: 1, barLength };
  const barFrom = barFromOf(grid, beat.index);
  const frame: BeatFrame = {
    type: "backbeat.beatframe.v1",
    cluster_id: "orchestra",
    beat_index: beat.index,
    downbeat: barFrom === beat.index,
    phase: phaseOf(grid, beat.index),
    hlc: "0000:0000:0000",
    deadline_at: new Date(WALL_MS + beat.dueMs + beat.durationMs).toISOString(),
    tempo_bpm: beat.tempoBpm,
    window_id: barFrom.toString(16).padStart(32, "0"),
    ...(extras.isBare
      ? {}
      : { metadata: { epoch: extras.epoch ?? 7, bar_from: barFrom, bar_length: barLength } }),
  };
  return {
    kind: "frame",
    frame,
    seq: beat.index,
    timeMs: WALL_MS + beat.dueMs + lateMs + (extras.wallAheadMs ?? 0),
    ...(extras.answered ? { answered: true } : {}),
  };
}

const STEADY = trueBeats(4, [60, 60, 60, 60]);
const at = (index: number): TrueBeat => STEADY[index - 1]!;

/** Lets a flywheel hear a beat on time plus `lateMs`. */
function hear(wheel: Flywheel, beat: TrueBeat, lateMs: number, extras: Extras = {}): string {
  return wheel.hear(heard(beat, 4, lateMs, extras), beat.dueMs + lateMs);
}

const lateness = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 120, maxLength: 120 });
const tempos = fc.array(fc.constantFrom(50, 55, 60, 66, 60.5), { minLength: 2, maxLength: 12 });

describe("BACKBEAT-REQ-040 Flywheel", () => {
  it("knows nothing before the first frame", () => {
    const wheel = new Flywheel();
    expect(wheel.beatAt(1)).toBeUndefined();
    expect(wheel.dueAt(1)).toBeUndefined();
    expect([wheel.frame, wheel.tempoBpm, wheel.windowId, wheel.barFrom]).toEqual(Array(4).fill(undefined));
    expect(wheel.lagBeats(1)).toBe(0);
  });

  it("estimates as well as the least late of the last frames, over tempo changes at downbeats", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), tempos, lateness, (barLength, barTempos, lateMs) => {
        const wheel = new Flywheel();
        const kept: number[] = [];
        for (const beat of trueBeats(barLength, barTempos)) {
          const late = lateMs[beat.index % lateMs.length]!;
          wheel.hear(heard(beat, barLength, late), beat.dueMs + late);
          kept.push(late);
          const error = wheel.dueAt(beat.index)! - beat.dueMs;
          expect(Math.abs(error - Math.min(...kept.slice(-FRAMES_KEPT)))).toBeLessThan(ROUNDING_MS);
        }
      }),
    );
  });

  it("is never early and no later than the newest frame was, whatever frames are lost", () => {
    const isLost = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 120, maxLength: 120 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        tempos,
        lateness,
        isLost,
        (barLength, barTempos, lateMs, lost) => {
          const wheel = new Flywheel();
          for (const beat of trueBeats(barLength, barTempos)) {
            if (lost[beat.index % lost.length]! > 0) continue;
            const late = lateMs[beat.index % lateMs.length]!;
            wheel.hear(heard(beat, barLength, late), beat.dueMs + late);
            const error = wheel.dueAt(beat.index)! - beat.dueMs;
            expect(error).toBeGreaterThan(-ROUNDING_MS);
            expect(error).toBeLessThan(late + ROUNDING_MS);
          }
        },
      ),
    );
  });

  it("invariant P1: never tells a beat lower than before, nor lower than one that it heard", () => {
    const pauseMs = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(pauseMs, lateness, (pauses, lateMs) => {
        const wheel = new Flywheel();
        const arrivals = trueBeats(4, [60, 55, 50, 55, 60, 66])
          .map((beat) => ({ beat, atMs: beat.dueMs + lateMs[beat.index]! * 3 }))
          .sort((a, b) => a.atMs - b.atMs);
        let nowMs = 0;
        let highest = 0;
        for (const pause of pauses) {
          nowMs += pause;
          while (arrivals[0] !== undefined && arrivals[0].atMs <= nowMs) {
            const { beat, atMs } = arrivals.shift()!;
            wheel.hear(heard(beat, 4, atMs - beat.dueMs), atMs);
            highest = Math.max(highest, wheel.frame!.beat_index);
          }
          const told = wheel.beatAt(nowMs) ?? 0;
          expect(told).toBeGreaterThanOrEqual(highest);
          highest = told;
        }
      }),
    );
  });

  it("invariant P1: holds the beat that it told when the frame on time leaves the window", () => {
    const wheel = new Flywheel();
    hear(wheel, at(1), 0);
    for (let index = 2; index <= FRAMES_KEPT; index += 1) hear(wheel, at(index), 600);
    const nowMs = at(10).dueMs;
    expect(wheel.beatAt(nowMs)).toBe(10);
    wheel.hear(heard(at(9), 4, 1_100), nowMs + 100);
    expect(wheel.dueAt(10)).toBeCloseTo(nowMs + 600, 6);
    expect(wheel.beatAt(nowMs + 101)).toBe(10);
  });

  it("carries on by itself when nobody publishes, and says by how many beats", () => {
    const wheel = new Flywheel();
    hear(wheel, at(1), 0);
    hear(wheel, at(2), 0);
    expect(wheel.beatAt(at(2).dueMs + 999)).toBe(2);
    expect(wheel.beatAt(at(2).dueMs + 5_000)).toBe(7);
    expect(wheel.lagBeats(at(2).dueMs + 5_000)).toBe(5);
    expect(wheel.lagBeats(at(2).dueMs)).toBe(0);
  });

  it("ignores duplicates, overtaken frames and stale epochs", () => {
    const wheel = new Flywheel();
    hear(wheel, at(3), 10, { epoch: 8 });
    const before = wheel.dueAt(9);
    expect(hear(wheel, at(3), 0, { epoch: 8 })).toBe("duplicate");
    expect(hear(wheel, at(2), 0, { epoch: 8 })).toBe("stale");
    expect(hear(wheel, at(4), 0, { epoch: 7 })).toBe("stale");
    expect(wheel.dueAt(9)).toBe(before);
    expect(wheel.frame?.beat_index).toBe(3);
  });

  it("takes a new epoch as it is heard, for its timeline may be another", () => {
    const wheel = new Flywheel();
    hear(wheel, at(1), 0);
    const shifted = { ...at(2), dueMs: at(2).dueMs + 12_000 };
    expect(wheel.beatAt(shifted.dueMs)).toBe(14);
    hear(wheel, shifted, 5, { epoch: 8 });
    expect(wheel.dueAt(2)).toBeCloseTo(shifted.dueMs + 5, 6);
    expect(wheel.beatAt(shifted.dueMs + 5)).toBe(2);
    expect(wheel.lagBeats(shifted.dueMs + 5)).toBe(0);
  });

  it("follows a pulse that begins again, and starts telling its beats", () => {
    const wheel = new Flywheel();
    for (const index of [9, 10, 11]) hear(wheel, at(index), 0);
    const again = (index: number): TrueBeat => ({ ...at(index), dueMs: at(index).dueMs + 60_000 });
    expect(hear(wheel, again(1), 0, { epoch: 8 })).toBe("candidate");
    expect(hear(wheel, again(2), 0, { epoch: 8 })).toBe("candidate");
    expect(hear(wheel, again(3), 0, { epoch: 8 })).toBe("restart");
    expect(wheel.beatAt(again(3).dueMs)).toBe(3);
    expect(wheel.dueAt(4)).toBeCloseTo(again(4).dueMs, 6);
  });

  it("tells tempo, window and bar of the newest frame", () => {
    const wheel = new Flywheel();
    hear(wheel, at(6), 0);
    expect([wheel.tempoBpm, wheel.windowId, wheel.barFrom]).toEqual([60, "5".padStart(32, "0"), 5]);
  });

  it("learns the bar of a foreign pulse from its downbeat", () => {
    const wheel = new Flywheel();
    hear(wheel, at(4), 0, { isBare: true });
    expect(wheel.barFrom).toBeUndefined();
    hear(wheel, at(5), 0, { isBare: true });
    hear(wheel, at(7), 0, { isBare: true });
    expect(wheel.barFrom).toBe(5);
  });

  it("starts anew where the tempo of a foreign pulse changed at a beat that was not heard", () => {
    const beats = trueBeats(4, [60, 30]);
    const wheel = new Flywheel();
    wheel.hear(heard(beats[2]!, 4, 0, { isBare: true }), beats[2]!.dueMs);
    wheel.hear(heard(beats[6]!, 4, 3, { isBare: true }), beats[6]!.dueMs + 3);
    expect(wheel.dueAt(7)).toBeCloseTo(beats[6]!.dueMs + 3, 6);
    expect(wheel.dueAt(8)).toBeCloseTo(beats[7]!.dueMs + 3, 6);
  });

  it("starts anew where it cannot tell how many bars of a foreign pulse it did not hear", () => {
    const beats = trueBeats(4, [60, 60, 30]);
    const wheel = new Flywheel();
    wheel.hear(heard(beats[1]!, 4, 0, { isBare: true }), beats[1]!.dueMs);
    wheel.hear(heard(beats[8]!, 4, 3, { isBare: true }), beats[8]!.dueMs + 3);
    expect(wheel.dueAt(10)).toBeCloseTo(beats[9]!.dueMs + 3, 6);
  });
});

describe("BACKBEAT-REQ-040 Flywheel asked by an answer", () => {
  it("ties the timeline by the wall while it has heard no frame on time", () => {
    const wheel = new Flywheel();
    hear(wheel, at(3), 400, { answered: true });
    expect(wheel.dueAt(3)).toBeCloseTo(at(3).dueMs, 3);
    hear(wheel, at(4), 20);
    expect(wheel.dueAt(4)).toBeCloseTo(at(4).dueMs + 20, 6);
  });

  it("is wrong by less than a beat whatever the wall clocks say", () => {
    const aheadMs = fc.integer({ min: -(10 ** 9), max: 10 ** 9 });
    fc.assert(
      fc.property(aheadMs, fc.integer({ min: 0, max: 999 }), (wallAheadMs, lateMs) => {
        const wheel = new Flywheel();
        hear(wheel, at(3), lateMs, { answered: true, wallAheadMs });
        expect(Math.abs(wheel.dueAt(3)! - at(3).dueMs)).toBeLessThan(1_000);
        expect(wheel.beatAt(at(3).dueMs + lateMs)).toBe(3);
      }),
    );
  });

  it("holds until a frame comes by itself, over a tempo change", () => {
    const beats = trueBeats(4, [60, 66]);
    const wheel = new Flywheel();
    wheel.hear(heard(beats[2]!, 4, 400, { answered: true }), beats[2]!.dueMs + 400);
    wheel.hear(heard(beats[5]!, 4, 300, { answered: true }), beats[5]!.dueMs + 300);
    expect(wheel.dueAt(8)).toBeCloseTo(beats[7]!.dueMs, 0);
  });
});
