/** A value that costs time to make: made anew when what it is made from has changed, but never so often that it takes more than a small share of all time. */
import type { Clock } from "../ports.ts";

/** A value that took 1 ms is kept for 50: whoever asks as often as he likes costs 2 % of a core. */
const KEPT_PER_COST = 50;

interface Made<T> {
  readonly value: T;
  readonly key: number;
  /** On the monotonic clock. */
  readonly keptUntilMs: number;
}

/** State: the value that was made last. */
export class Paced<T> {
  readonly #clock: Clock;
  readonly #make: () => T;
  #made: Made<T> | undefined;

  constructor(clock: Clock, make: () => T) {
    this.#clock = clock;
    this.#make = make;
  }

  /** The value; `key` is another one when what it is made from has changed. */
  get(key: number): T {
    const nowMs = this.#clock.monotonicMs();
    const made = this.#made;
    if (made !== undefined && (made.key === key || nowMs < made.keptUntilMs)) return made.value;
    const value = this.#make();
    const costMs = this.#clock.monotonicMs() - nowMs;
    this.#made = { value, key, keptUntilMs: nowMs + KEPT_PER_COST * costMs };
    return value;
  }
}
