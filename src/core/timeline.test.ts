import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anchoredAt,
  beatAt,
  countedFrom,
  dueMsOf,
  type Schedule,
  type StoredTimeline,
  tempoTenthsAt,
  wallScheduleOf,
} from "./timeline.ts";

const plain = fc.record({
  firstBeat: fc.integer({ min: 0, max: 10 ** 9 }),
  originMs: fc.double({ min: 0, max: 2e12, noNaN: true }),
  tempoTenths: fc.integer({ min: 1, max: 10_000 }),
});
const schedule: fc.Arbitrary<Schedule> = fc
  .tuple(
    plain,
    fc.option(
      fc.record({
        afterBeats: fc.integer({ min: 1, max: 10_000 }),
        tempoTenths: fc.integer({ min: 1, max: 10_000 }),
      }),
      { nil: undefined },
    ),
  )
  .map(([timeline, step]) =>
    step === undefined
      ? timeline
      : {
          ...timeline,
          next: { fromBeat: timeline.firstBeat + step.afterBeats, tempoTenths: step.tempoTenths },
        },
  );
const later = fc.integer({ min: 0, max: 10 ** 7 });

describe("BACKBEAT-REQ-002 timeline", () => {
  it("finds a beat at its due time, to the last bit, and the one before just earlier", () => {
    fc.assert(
      fc.property(schedule, later, (timeline, beats) => {
        const beat = timeline.firstBeat + beats;
        const dueMs = dueMsOf(timeline, beat);
        expect(beatAt(timeline, dueMs)).toBe(beat);
        expect(beatAt(timeline, dueMs - 0.01)).toBe(beat - 1);
      }),
    );
  });

  it("invariant P3: a beat that is found is due, and the next is not", () => {
    fc.assert(
      fc.property(schedule, fc.double({ min: -1e9, max: 1e9, noNaN: true }), (timeline, sinceOriginMs) => {
        const timeMs = timeline.originMs + sinceOriginMs;
        const beat = beatAt(timeline, timeMs);
        expect(dueMsOf(timeline, beat)).toBeLessThanOrEqual(timeMs);
        expect(dueMsOf(timeline, beat + 1)).toBeGreaterThan(timeMs);
      }),
    );
  });

  it("agrees with counting beats one by one", () => {
    const tempo = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(tempo, fc.integer({ min: 0, max: 100_000 }), (tempoTenths, timeMs) => {
        let beat = 7;
        while ((beat + 1 - 7) * 600_000 <= timeMs * tempoTenths) beat += 1;
        expect(beatAt({ firstBeat: 7, originMs: 0, tempoTenths }, timeMs)).toBe(beat);
      }),
    );
  });

  it("refuses a stored tempo that is none", () => {
    const stored = { tempoBpm: 2.05 } as StoredTimeline;
    expect(() => wallScheduleOf(stored)).toThrow(expect.objectContaining({ code: "bad-timeline" }));
  });
});

describe("BACKBEAT-REQ-004 a tempo from a downbeat on", () => {
  const stepped: Schedule = {
    firstBeat: 1,
    originMs: 1_000,
    tempoTenths: 600,
    next: { fromBeat: 5, tempoTenths: 1_200 },
  };

  it("is due by the tempo before up to that beat, by its own from there on", () => {
    expect([1, 4, 5, 6, 9].map((beat) => dueMsOf(stepped, beat))).toEqual([
      1_000, 4_000, 5_000, 5_500, 7_000,
    ]);
    expect([4, 5].map((beat) => tempoTenthsAt(stepped, beat))).toEqual([600, 1_200]);
    expect([4_999, 5_000, 5_499, 5_500].map((timeMs) => beatAt(stepped, timeMs))).toEqual([4, 5, 5, 6]);
  });

  it("is the same from whichever beat it is counted", () => {
    fc.assert(
      fc.property(schedule, fc.integer({ min: 0, max: 20_000 }), later, (timeline, place, beats) => {
        const moved = countedFrom(timeline, timeline.firstBeat + place);
        const beat = moved.firstBeat + beats;
        expect(Math.abs(dueMsOf(moved, beat) - dueMsOf(timeline, beat))).toBeLessThan(0.01);
        expect(tempoTenthsAt(moved, beat)).toBe(tempoTenthsAt(timeline, beat));
      }),
    );
  });

  it("is stored until it applies, and then is the tempo", () => {
    const stored: StoredTimeline = {
      clusterId: "orchestra",
      epoch: 1,
      firstBeat: 1,
      originWallMs: 0,
      tempoBpm: 60,
      barLength: 4,
      barOrigin: 1,
      lastBeat: 0,
      next: { fromBeat: 5, tempoBpm: 66 },
    };
    expect(anchoredAt(stored, { beat: 4, dueWallMs: 3_000 })).toMatchObject({
      tempoBpm: 60,
      next: { fromBeat: 5 },
    });
    const { next: _gone, ...applied } = { ...stored, firstBeat: 5, originWallMs: 4_000, tempoBpm: 66 };
    expect(anchoredAt(stored, { beat: 5, dueWallMs: 4_000 })).toEqual(applied);
  });
});
