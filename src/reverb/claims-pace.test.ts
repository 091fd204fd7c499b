import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClaimsPace } from "./claims-pace.ts";

/** Times of the events of so many ms, looked at each 10 ms, where there is always something to tell. */
function eventsOf(
  pace: ClaimsPace,
  { beats, costMs = 0, untilMs }: Readonly<{ beats: readonly number[]; costMs?: number; untilMs: number }>,
) {
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 10) {
    if (beats.includes(nowMs)) pace.beat();
    if (!pace.isDue(nowMs)) continue;
    times.push(nowMs);
    pace.told(nowMs, costMs);
  }
  return times;
}

describe("ClaimsPace", () => {
  it("tells twice soon after a beat, then evenly: four in a second", () => {
    expect(eventsOf(new ClaimsPace(), { beats: [0], untilMs: 1_600 })).toEqual([
      0, 100, 400, 700, 1_000, 1_300, 1_600,
    ]);
  });

  it("R4 tells at most four times in any second, whatever the tempo", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }).map((at) => at * 10)), (beats) => {
        const times = eventsOf(new ClaimsPace(), { beats, untilMs: 5_000 });
        for (const [at, time] of times.entries())
          expect(time - (times[at - 4] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(1_000);
        expect(times.length).toBeGreaterThanOrEqual(16);
      }),
    );
  });

  it("tells so rarely that looking takes 1 % of the time", () => {
    expect(eventsOf(new ClaimsPace(), { beats: [0, 500], costMs: 10, untilMs: 2_500 })).toEqual([
      0, 1_000, 2_000,
    ]);
  });

  it("is silent for two seconds at most, however long a look took", () => {
    expect(eventsOf(new ClaimsPace(), { beats: [], costMs: 30_000, untilMs: 5_000 })).toEqual([
      0, 2_000, 4_000,
    ]);
  });
});
