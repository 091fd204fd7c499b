import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlewedWall, WALL_SLEW_MAX } from "./slewed-wall.ts";

const START_MONO_MS = 12_345.678;
const START_WALL_MS = Date.UTC(2026, 0, 1);

/** What 64-bit floats leave of a wall time in ms: 1.7e12 has steps of 0.24 µs. */
const ROUNDING_MS = 0.0005;

const reading = fc.record({
  elapsedMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.01 }), fc.double({ min: 0, max: 100_000 })),
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
    expect(new SlewedWall(START_MONO_MS, START_WALL_MS).read(START_MONO_MS, START_WALL_MS)).toBe(
      START_WALL_MS,
    );
  });

  it("BACKBEAT-REQ-002 SlewedWall never goes back and keeps its slope within 500 ppm, whatever the system's clock does", () => {
    fc.assert(
      fc.property(readings, (steps) => {
        const wall = new SlewedWall(START_MONO_MS, START_WALL_MS);
        let monotonicMs = START_MONO_MS;
        let lastWallMs = START_WALL_MS;
        for (const { elapsedMs, systemErrorMs } of steps) {
          const beforeMs = monotonicMs;
          monotonicMs += elapsedMs;
          const systemMs = START_WALL_MS + (monotonicMs - START_MONO_MS) + systemErrorMs;
          const wallMs = wall.read(monotonicMs, systemMs);
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
    const before = wall.read(1_000, START_WALL_MS + 1_000);
    const after = wall.read(1_010, START_WALL_MS + 3_601_010);
    expect(after - before).toBeCloseTo(10 * (1 + WALL_SLEW_MAX), 3);
    expect(wall.systemAheadMs).toBeCloseTo(3_600_000, 1);
  });

  it("BACKBEAT-REQ-002 SlewedWall reaches the system's clock and stays with it, also when read every ten microseconds", () => {
    const wall = new SlewedWall(0, START_WALL_MS);
    const aheadMs = 0.05;
    let wallMs = 0;
    let monotonicMs = 0;
    for (let n = 0; n < 20_000; n += 1) {
      monotonicMs = n * 0.01;
      wallMs = wall.read(monotonicMs, START_WALL_MS + monotonicMs + aheadMs);
    }
    expect(wallMs - START_WALL_MS - monotonicMs).toBeCloseTo(aheadMs, 2);
    expect(Math.abs(wall.systemAheadMs)).toBeLessThan(0.001);
  });

  it("BACKBEAT-REQ-002 SlewedWall stands still while the monotonic time goes back", () => {
    const wall = new SlewedWall(0, START_WALL_MS);
    const wallMs = wall.read(5_000, START_WALL_MS + 5_000);
    expect(wall.read(4_000, START_WALL_MS + 4_000)).toBe(wallMs);
    expect(wall.read(5_000, START_WALL_MS + 5_000)).toBe(wallMs);
  });
});
