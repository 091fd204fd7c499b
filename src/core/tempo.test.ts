import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beatDurationMs,
  beatsMs,
  bpmOf,
  TEMPO_TENTHS_MAX,
  TEMPO_TENTHS_MIN,
  tempoTenthsOf,
} from "./tempo.ts";

/** Dumb twin: a tempo is legal if it is one of the ten thousand that can be written with one decimal. */
const LEGAL = new Map(
  Array.from({ length: TEMPO_TENTHS_MAX }, (_, place) => [((place + 1) / 10).toFixed(1), place + 1]),
);

describe("BACKBEAT-REQ-002 tempo", () => {
  it("takes every legal tenth, also with the noise of arithmetic, and gives it back", () => {
    for (let tenths = TEMPO_TENTHS_MIN; tenths <= TEMPO_TENTHS_MAX; tenths += 1) {
      expect(tempoTenthsOf(tenths / 10)).toBe(tenths);
      expect(tempoTenthsOf(tenths * 0.1)).toBe(tenths);
      expect(tempoTenthsOf(bpmOf(tenths))).toBe(tenths);
    }
  });

  it("refuses what is no step of 0.1, out of 0.1 … 1000, or no number", () => {
    for (const bpm of [0, 0.05, 0.09, 2.05, 1.999, 1000.1, -2, Number.NaN, Infinity, -Infinity])
      expect(tempoTenthsOf(bpm)).toBeUndefined();
  });

  it("agrees with a table of all legal tempos", () => {
    const hundredths = fc.integer({ min: -100, max: 100_200 });
    fc.assert(
      fc.property(hundredths, (bpmHundredths) => {
        const text = (bpmHundredths / 100).toFixed(2);
        const legal = text.endsWith("0") ? LEGAL.get(text.slice(0, -1)) : undefined;
        expect(tempoTenthsOf(bpmHundredths / 100)).toBe(legal);
      }),
    );
  });

  it("is written as an integer where it is whole", () => {
    expect(JSON.stringify(bpmOf(20))).toBe("2");
    expect(JSON.stringify(bpmOf(25))).toBe("2.5");
  });

  it("adds no rounding up over beats", () => {
    const tenths = fc.integer({ min: TEMPO_TENTHS_MIN, max: TEMPO_TENTHS_MAX });
    const beats = fc.integer({ min: 0, max: 10 ** 10 });
    fc.assert(
      fc.property(tenths, beats, (tempo, count) => {
        const wholeMs = Number((BigInt(count) * 600_000n) / BigInt(tempo));
        const restMs = Number((BigInt(count) * 600_000n) % BigInt(tempo)) / tempo;
        expect(Math.abs(beatsMs(tempo, count) - wholeMs - restMs)).toBeLessThan(
          1e-6 * Math.max(1, wholeMs / 1e9),
        );
      }),
    );
    expect(beatDurationMs(20)).toBe(30_000);
    expect(beatDurationMs(10_000)).toBe(60);
  });
});
