/**
 * When the next event on claims may come: four in any second at most, the first two after a beat sooner than others.
 *
 * Agents claim when they have heard a beat, so what people wait for comes in its first tenths of a second. A look that
 * took long is not repeated soon, however large the fleet.
 */

/** Events in any second: they move as fast as an eye reads. */
const EVENTS_PER_SECOND_MAX = 4;

/** Events after a beat that need not wait for long, and how long they wait. */
const SOON_EVENTS = 2;
const SOON_MS = 100;

/** Least time between others: what is left of a second, in even parts. */
const EVERY_MS = (1_000 - SOON_MS) / (EVENTS_PER_SECOND_MAX - 1);

/** A look that took 1 ms is not repeated for 100: it costs at most 1 % of a core. What sockets cost comes on top. */
const SPACING_PER_COST = 100;

/** A pause of the whole process that falls into a look is no reason to be silent for minutes. */
const SPACING_MAX_MS = 2_000;

/** State: when the last events were. Times are ms on the monotonic clock. */
export class ClaimsPace {
  readonly #toldMs: number[] = [];
  #sinceBeat = 0;
  #costMs = 0;

  /** A beat was heard. */
  beat(): void {
    this.#sinceBeat = 0;
  }

  isDue(nowMs: number): boolean {
    const lastMs = this.#toldMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    const fourthMs = this.#toldMs.at(-EVENTS_PER_SECOND_MAX) ?? Number.NEGATIVE_INFINITY;
    const wantedMs = this.#sinceBeat < SOON_EVENTS ? SOON_MS : EVERY_MS;
    const spacingMs = Math.max(wantedMs, Math.min(SPACING_PER_COST * this.#costMs, SPACING_MAX_MS));
    return nowMs >= lastMs + spacingMs && nowMs >= fourthMs + 1_000;
  }

  /** An event was told, and the look for it took so long. */
  told(atMs: number, costMs: number): void {
    this.#sinceBeat += 1;
    this.#costMs = costMs;
    this.#toldMs.push(atMs);
    if (this.#toldMs.length > EVENTS_PER_SECOND_MAX) this.#toldMs.shift();
  }
}
