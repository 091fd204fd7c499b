/** A pause after a stream refused, each twice the one before, until something arrives. */
import type { Clock, Timer } from "../../ports.ts";

/** After a stream refused or nobody was there. */
const FIRST_MS = 100;
const MAX_MS = 5_000;

/** State: how long the next one is, and the one that is under way. */
export class RetryPause {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #nextMs = FIRST_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Nothing may be sent now. */
  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins one, in place of the one under way. */
  begin(over: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(this.#nextMs, () => {
      this.#timer = undefined;
      over();
    });
    this.#nextMs = Math.min(2 * this.#nextMs, MAX_MS);
  }

  /** The next one is as short as the first. */
  forget(): void {
    this.#nextMs = FIRST_MS;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
