import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlewedWall, WALL_CORRECTION_MS, WALL_SLEW_MAX } from "./slewed-wall.ts";

const START_MONO_MS = 12_345.678;
const START_WALL_MS = Date.UTC(2026, 0, 1);

/** What 64-bit floats leave of a wall time in ms: 1.7e12 has steps of 0.24 µs. */
const ROUNDING_MS = 0.0005;

const reading = fc.record({
  elapsedMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.01 }), fc.double({ min: 0, max: 100_000 })),
  isCorrected: fc.boolean(),
  systemErrorMs: fc.oneof(fc.constant(0), fc.double({ min: -5, max: 5 }), fc.double({ min: -1e9, max: 1e9 })),
});
const readings = fc.array(
  reading.filter((r) => !Number.isNaN(r.elapsedMs + r.systemErrorMs)),
  {
    minLength: 1,
    maxLength: 200,
  },
);

describe("SlewedWall", () => {
  it("BACKBEAT-REQ-002 SlewedWall starts at the system's wall time", () => {
    expect(new SlewedWall(START_MONO_MS, START_WALL_MS).at(START_MONO_MS)).toBe(START_WALL_MS);
  });

  it("BACKBEAT-REQ-002 SlewedWall never goes back and keeps its slope within 500 ppm, whatever the system's clock does", () => {
    fc.assert(
      fc.property(readings, (steps) => {
        const wall = new SlewedWall(START_MONO_MS, START_WALL_MS);
        let monotonicMs = START_MONO_MS;
        let lastWallMs = START_WALL_MS;
        for (const { elapsedMs, systemErrorMs, isCorrected } of steps) {
          const beforeMs = monotonicMs;
          monotonicMs += elapsedMs;
          const systemMs = START_WALL_MS + (monotonicMs - START_MONO_MS) + systemErrorMs;
          const wallMs = wall.at(monotonicMs);
          if (isCorrected) wall.correct(monotonicMs, systemMs);
          expect(wall.at(monotonicMs)).toBe(wallMs);
          const stepMs = wallMs - lastWallMs;
          expect(stepMs).toBeGreaterThanOrEqual(0);
          const bentMs = Math.abs(stepMs - (monotonicMs - beforeMs));
          expect(bentMs).toBeLessThanOrEqual((monotonicMs - beforeMs) * WALL_SLEW_MAX + ROUNDING_MS);
          lastWallMs = wallMs;
        }
      }),
    );
  });

  it("BACKBEAT-REQ-002 SlewedWall does not take over a jump of the system's clock", () => {
    const wall = new SlewedWall(0, START_WALL_MS);
    wall.correct(1_000, START_WALL_MS + 3_601_000);
    expect(wall.at(1_010) - wall.at(1_000)).toBeCloseTo(10 * (1 + WALL_SLEW_MAX), 3);
    expect(wall.systemAheadMs).toBeCloseTo(3_600_000, 1);
  });

  it("BACKBEAT-REQ-002 SlewedWall reaches the system's clock and stays with it", () => {
    const wall = new SlewedWall(0, START_WALL_MS);
    const aheadMs = 2;
    for (let second = 0; second <= 10; second += 1) {
      const monotonicMs = second * WALL_CORRECTION_MS;
      wall.correct(monotonicMs, START_WALL_MS + monotonicMs + aheadMs);
    }
    expect(wall.at(10_500) - START_WALL_MS - 10_500).toBeCloseTo(aheadMs, 2);
    expect(Math.abs(wall.systemAheadMs)).toBeLessThan(0.001);
  });

  it("BACKBEAT-REQ-002 SlewedWall does not swing past the system's clock when it is read once in an hour", () => {
    const wall = new SlewedWall(0, START_WALL_MS);
    const aheadMs = 0.4;
    for (let hour = 1; hour <= 5; hour += 1) {
      const monotonicMs = hour * 3_600_000;
      wall.correct(monotonicMs, START_WALL_MS + monotonicMs + aheadMs);
      expect(Math.abs(wall.systemAheadMs)).toBeLessThanOrEqual(aheadMs + ROUNDING_MS);
    }
    expect(Math.abs(wall.systemAheadMs)).toBeLessThanOrEqual(ROUNDING_MS);
  });
});
