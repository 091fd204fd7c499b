import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationText } from "./duration.ts";

describe("durationText", () => {
  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [44, "0 s"],
    [450, "0.5 s"],
    [9_940, "9.9 s"],
    [9_999, "10 s"],
    [59_499, "59 s"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h"],
    [3_620_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [187_200_000, "2 d 4 h"],
  ])("OBS-003 durationText says %i ms as %s", (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });

  it("OBS-003 durationText is never empty, and has at most two units", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (durationMs) => {
        expect(durationText(durationMs)).toMatch(/^[\d.]+ (d|h|min|s)( \d+ (h|min|s))?$/);
      }),
    );
  });
});
