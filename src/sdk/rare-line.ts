/** A line that may be due at each message: written at most once in a while, with how many were kept back. */
import type { Clock } from "../ports.ts";

export class RareLine {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #keptBack = 0;

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** Calls `write` if `intervalMs` went by since it last did; `keptBack` counts the calls between. */
  say(write: (keptBack: number) => void): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#writtenAtMs < this.#intervalMs) {
      this.#keptBack += 1;
      return;
    }
    const keptBack = this.#keptBack;
    this.#writtenAtMs = nowMs;
    this.#keptBack = 0;
    write(keptBack);
  }
}
