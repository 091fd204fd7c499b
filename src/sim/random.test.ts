import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fractionOf, SeededRandom } from "./random.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function draws(random: SeededRandom, count: number): readonly number[] {
  return Array.from({ length: count }, () => random.fraction());
}

describe("SeededRandom", () => {
  it("PER-002 SeededRandom gives these numbers on every machine", () => {
    const words = draws(new SeededRandom(7, 3), 4).map((fraction) => fraction * 2 ** 32);
    expect(words).toMatchInlineSnapshot(`
      [
        3063712167,
        58748508,
        2272117048,
        3487530263,
      ]
    `);
  });

  it("PER-002 SeededRandom repeats itself for the same seed and stream, and for no other", () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, stream, step) => {
        const first = draws(new SeededRandom(seed, stream), 8);
        expect(draws(new SeededRandom(seed, stream), 8)).toEqual(first);
        expect(draws(new SeededRandom(seed, (stream + step) % 2 ** 32), 8)).not.toEqual(first);
        expect(draws(new SeededRandom((seed + step) % 2 ** 32, stream), 8)).not.toEqual(first);
      }),
    );
  });

  it("PER-002 SeededRandom is even enough: each tenth of its range is hit a tenth of the time", () => {
    const hits = new Array<number>(10).fill(0);
    for (let stream = 0; stream < 1_000; stream += 1) {
      for (const fraction of draws(new SeededRandom(1, stream), 10)) hits[Math.floor(fraction * 10)]! += 1;
    }
    // 10,000 draws: 1,000 each, with a standard deviation of 30.
    for (const count of hits) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("PER-002 SeededRandom.integer takes both ends and nothing beyond", () => {
    fc.assert(
      fc.property(word, fc.integer({ min: -50, max: 50 }), fc.nat(20), (seed, min, width) => {
        const random = new SeededRandom(seed);
        const drawn = new Set(Array.from({ length: 400 }, () => random.integer(min, min + width)));
        expect(Math.min(...drawn)).toBe(min);
        expect(Math.max(...drawn)).toBe(min + width);
        expect([...drawn].every(Number.isInteger)).toBe(true);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("PER-002 SeededRandom.chance never happens at 0 and always at 1; pick picks each", () => {
    const random = new SeededRandom(5);
    const drawn = Array.from({ length: 100 }, () => [
      random.chance(0),
      random.chance(1),
      random.pick([1, 2]),
    ]);
    expect(drawn.every(([never, always]) => never === false && always === true)).toBe(true);
    expect(new Set(drawn.map(([, , picked]) => picked))).toEqual(new Set([1, 2]));
  });
});

describe("fractionOf", () => {
  it("PER-002 fractionOf is in [0, 1), the same for the same words, and even enough", () => {
    let sum = 0;
    for (let one = 0; one < 100; one += 1) {
      for (let two = 0; two < 100; two += 1) {
        const fraction = fractionOf(0, one, two);
        expect(fraction).toBe(fractionOf(0, one, two));
        expect(fraction >= 0 && fraction < 1).toBe(true);
        sum += fraction;
      }
    }
    // 10,000 draws: a mean of 0.5 with a standard deviation of 0.003.
    expect(Math.abs(sum / 10_000 - 0.5)).toBeLessThan(0.015);
  });
});
