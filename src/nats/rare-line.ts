/** A line that may be due thousands of times a second: written at most once in a while, with how many were kept back. */
export class RareLine {
  readonly #intervalMs: number;
  readonly #nowMs: () => number;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #keptBack = 0;

  /** `nowMs` reads a monotonic clock; default: this process's. */
  constructor(intervalMs: number, nowMs: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#nowMs = nowMs;
  }

  /** Calls `write` if `intervalMs` went by since it last did; `keptBack` counts the calls between. */
  say(write: (keptBack: number) => void): void {
    const nowMs = this.#nowMs();
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
