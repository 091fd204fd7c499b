/**
 * Chance from a seed: the same seed and stream give the same numbers on every machine, for ever.
 *
 * Chris Doty-Humphrey's sfc32: 128 bits of state with a counter in it, so every stream has a cycle of at least
 * 2^32 and two streams practically never meet. A generator with 32 bits of state has only one cycle: in a fleet
 * of 100,000 some agents would soon repeat what others did. Not fit for secrets.
 */
import type { Random } from "../ports.ts";

/** Numbers in 32 bits. */
const RANGE = 2 ** 32;

/** Rounds after which the seed is spread over all of the state; the generator's author says 12. */
const WARM_UP_ROUNDS = 15;

/** State: one stream of numbers. Different streams of one seed have nothing to do with each other. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` and `stream` are integers from 0 to 2^32 − 1. */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = 0x6265_6174;
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.#next();
  }

  /** A number in [0, 1), in steps of 2^-32. */
  fraction(): number {
    return this.#next() / RANGE;
  }

  /** True with this probability; 0 is never, 1 always. Draws a number in any case. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A whole number from `min` to `max`, both inclusive. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** One of some values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.integer(0, values.length - 1)] ?? values[0];
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** A number in [0, 1) that only three words decide: chance that many can look up and none has to draw. */
export function fractionOf(seed: number, one: number, two: number): number {
  return spread(spread(spread(seed) ^ one) ^ two) / RANGE;
}

/** MurmurHash3's last step, after a constant so that 0 does not stay 0: each bit of the word moves half of all. */
function spread(word: number): number {
  let bits = (word + 0x9e37_79b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
