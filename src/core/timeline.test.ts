import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatAt, dueMsOf, type Schedule, type StoredTimeline, wallScheduleOf } from "./timeline.ts";

const schedule: fc.Arbitrary<Schedule> = fc.record({
  firstBeat: fc.integer({ min: 0, max: 10 ** 9 }),
  originMs: fc.double({ min: 0, max: 2e12, noNaN: true }),
  tempoTenths: fc.integer({ min: 1, max: 10_000 }),
});
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
