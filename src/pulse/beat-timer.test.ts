import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { staggerMs } from "../core/succession.ts";
import { dueMsOf } from "../core/timeline.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { BeatTimer, prepareLeadMs } from "./beat-timer.ts";

interface Told {
  readonly what: "prepare" | "beat" | "miss";
  readonly beat: number;
  readonly atMs: number;
}

/** A timer at `tempoTenths` whose first beat, number 1, is due in 200 ms, and what it told. */
function timing(tempoTenths: number, earlyMs = 0) {
  const clock = new FakeClock({ earlyMs });
  const schedule = { firstBeat: 1, originMs: clock.monotonicMs() + 200, tempoTenths };
  const told: Told[] = [];
  const tell = (what: Told["what"]) => (beat: number) =>
    void told.push({ what, beat, atMs: clock.monotonicMs() });
  const timer = new BeatTimer(clock, () => schedule, {
    prepare: tell("prepare"),
    beat: tell("beat"),
    miss: tell("miss"),
  });
  timer.start(1);
  return { clock, schedule, told, timer };
}

describe("BACKBEAT-REQ-002 BeatTimer", () => {
  it("prepares a beat ahead, at most a quarter of a beat, then tells it when it is due", () => {
    const { clock, told } = timing(600);
    clock.advance(1_300);
    expect(told).toEqual([
      { what: "prepare", beat: 1, atMs: 1_100 },
      { what: "beat", beat: 1, atMs: 1_200 },
      { what: "prepare", beat: 2, atMs: 2_100 },
      { what: "beat", beat: 2, atMs: 2_200 },
    ]);
    expect(prepareLeadMs(10_000)).toBe(15);
    expect(staggerMs(10_000)).toBe(7.5);
    expect(staggerMs(10)).toBe(150);
  });

  it("says for how long the next beat has been due, while nobody woke", () => {
    const { clock, timer } = timing(600);
    clock.advance(150);
    expect(timer.overdueMs).toBe(-50);
    clock.stall(2_550);
    expect([timer.nextBeat, timer.overdueMs]).toEqual([1, 2_500]);
  });

  it("invariant P3: whatever stalls come, every beat is told or missed once, none early, in order", () => {
    const stalls = fc.array(
      fc.record({ runMs: fc.integer({ min: 0, max: 900 }), stallMs: fc.integer({ min: 0, max: 2_000 }) }),
    );
    const tempo = fc.integer({ min: 300, max: 10_000 });
    fc.assert(
      fc.property(tempo, stalls, fc.constantFrom(0, 0.4, 1), (tempoTenths, steps, earlyMs) => {
        const { clock, schedule, told, timer } = timing(tempoTenths, earlyMs);
        for (const { runMs, stallMs } of steps) {
          clock.advance(runMs);
          clock.stall(stallMs);
        }
        clock.advance(5_000);
        let seen = 0;
        for (const { what, beat, atMs } of told) {
          if (what === "prepare") continue;
          seen = what === "miss" ? seen + beat : seen + 1;
          if (what === "miss") continue;
          expect(beat).toBe(seen);
          expect(atMs).toBeGreaterThanOrEqual(dueMsOf(schedule, beat));
          expect(atMs).toBeLessThan(dueMsOf(schedule, beat + 1));
        }
        expect(timer.nextBeat).toBe(seen + 1);
      }),
    );
  });

  it("reads what arrived before it decides, when it woke too late", () => {
    const { clock, told } = timing(600);
    clock.advance(1_300);
    told.length = 0;
    clock.stall(2_000);
    // Due before the timer's second look, as a message is that arrived while the process stood still.
    clock.after(0, () => void told.push({ what: "miss", beat: -1, atMs: clock.monotonicMs() }));
    clock.advance(0);
    expect(told.map(({ what, beat }) => `${what} ${beat}`)).toEqual(["miss -1", "miss 1", "beat 4"]);
  });

  it("prepares a beat again when the schedule is another, so that nothing is left to do when it is due", () => {
    const { clock, told, timer } = timing(600);
    clock.advance(1_150);
    told.length = 0;
    timer.reschedule();
    clock.advance(100);
    expect(told).toEqual([
      { what: "prepare", beat: 2, atMs: 2_150 },
      { what: "beat", beat: 2, atMs: 2_200 },
    ]);
    // Long before its time it is prepared when it would have been anyway.
    timer.reschedule();
    clock.advance(900);
    expect(told.slice(2)).toEqual([{ what: "prepare", beat: 3, atMs: 3_100 }]);
  });

  it("is still after a stop", () => {
    const { clock, told, timer } = timing(600);
    clock.advance(1_300);
    timer.stop();
    told.length = 0;
    clock.advance(10_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
