import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarGrid, barFromOf, phaseOf } from "./bar-grid.ts";

/** Dumb twin: writes a bar out, third by third. */
function phasesOf(barLength: number): string[] {
  const plan = Math.floor(barLength / 3);
  const execute = Math.floor((2 * barLength) / 3) - plan;
  return [
    ...Array<string>(plan).fill("plan"),
    ...Array<string>(execute).fill("execute"),
    ...Array<string>(barLength - plan - execute).fill("review"),
  ];
}

describe("BACKBEAT-REQ-002 bar grid", () => {
  it("starts bars at the origin and every bar length after it", () => {
    const grid: BarGrid = { barOrigin: 1, barLength: 120 };
    expect([1, 2, 120, 121, 240, 241].map((beat) => barFromOf(grid, beat))).toEqual([1, 1, 1, 121, 121, 241]);
  });

  it("divides the default bar into 40 beats each", () => {
    const grid: BarGrid = { barOrigin: 1, barLength: 120 };
    expect([1, 40, 41, 80, 81, 120, 121].map((beat) => phaseOf(grid, beat))).toEqual([
      "plan",
      "plan",
      "execute",
      "execute",
      "review",
      "review",
      "plan",
    ]);
  });

  it("agrees with bars that are written out beat by beat", () => {
    const barLength = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(barLength, fc.integer({ min: 0, max: 50 }), (length, barOrigin) => {
        let beat = barOrigin;
        for (let bar = 0; bar < 3; bar += 1) {
          const from = beat;
          for (const phase of phasesOf(length)) {
            expect(barFromOf({ barOrigin, barLength: length }, beat)).toBe(from);
            expect(phaseOf({ barOrigin, barLength: length }, beat)).toBe(phase);
            beat += 1;
          }
        }
      }),
    );
  });
});
