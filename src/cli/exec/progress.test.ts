import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noteOf, progressIn } from "./progress.ts";

const PERCENT = /(\d+(?:[.,]\d+)?)%/;
const OF = /([\d.,]+) ?(?:\/|of) ?([\d.,]+)/;

describe("BACKBEAT-REQ-041 progressIn", () => {
  it.each([
    [PERCENT, "copied 42% of it", 0.42],
    [PERCENT, "12,5% done", 0.125],
    [PERCENT, "12.5% done", 0.125],
    [PERCENT, "140%", 1],
    [OF, "[3/4] linking", 0.75],
    [OF, "1,250 of 5,000 files", 0.25],
    [OF, "0 of 8", 0],
    [OF, "9/8", 1],
    [/step (\d+)(?: of (\d+))?/, "step 3 of 4", 0.75],
  ])("with %s reads %j as %d", (pattern, line, progress) => {
    expect(progressIn(line, pattern)).toEqual({ progress, note: line });
  });

  it.each([
    [PERCENT, "no number"],
    [/(\w+)%/, "abc%"],
    [OF, "0/0"],
    [OF, "5/0"],
    [OF, "1.2.3/4"],
    [/step (\d+)(?: of (\d+))?/, "step 3"],
  ])("with %s reads nothing in %j", (pattern, line) => {
    expect(progressIn(line, pattern)).toBeUndefined();
  });

  it("is between 0 and 1 for any numbers, and n of m for those that make sense", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (part, whole) => {
        const said = progressIn(`${part}/${whole}`, /(\d+)\/(\d+)/);
        if (whole === 0) expect(said).toBeUndefined();
        else expect(said?.progress).toBe(Math.min(1, part / whole));
      }),
    );
  });
});

describe("BACKBEAT-REQ-041 noteOf", () => {
  it("drops blanks at the ends and cuts to 256 characters, never through one", () => {
    expect(noteOf("  a b\t ")).toBe("a b");
    expect(noteOf("🎵".repeat(300))).toBe("🎵".repeat(256));
    expect(noteOf("🎵".repeat(200))).toBe("🎵".repeat(200));
  });
});
