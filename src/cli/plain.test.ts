import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countOf, countText, plain, rangeText } from "./plain.ts";

describe("plain", () => {
  it("OBS-003 plain is printable ASCII and no wider than it may be, whatever others wrote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, columns) => {
        expect(plain(text, columns)).toMatch(/^[\x20-\x7e]*$/);
        expect(plain(text, columns).length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("OBS-003 plain leaves what fits as it is, and marks what was cut", () => {
    expect([plain("pulse-1", 7), plain("pulse-1", 6), plain("pulse-1", 2), plain("pulse-1", 0)]).toEqual([
      "pulse-1",
      "puls..",
      "pu",
      "",
    ]);
  });
});

describe("counts in words", () => {
  it("OBS-003 countText fits 11 columns for every count", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }), (count) => {
        expect(countText(Math.floor(count)).length).toBeLessThanOrEqual(11);
      }),
    );
    expect([countText(0), countText(1_234), countText(1e9)]).toEqual(["0", "1,234", "1.00e+9"]);
  });

  it("OBS-003 countOf and rangeText know one from many", () => {
    expect([countOf(1, "beat"), countOf(0, "beat"), countOf(2, "matrix", "matrices")]).toEqual([
      "1 beat",
      "0 beats",
      "2 matrices",
    ]);
    expect([rangeText(5, 5), rangeText(5, 8)]).toEqual(["5", "5-8"]);
  });
});
