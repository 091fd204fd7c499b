/**
 * The real clock: monotonic time of the process, a wall time that cannot jump, and one-shot timers.
 *
 * It decides nothing: how the wall is drawn towards the system's clock stands in core/slewed-wall.ts.
 */
import { SlewedWall, WALL_CORRECTION_MS } from "../core/slewed-wall.ts";
import type { Clock, Timer } from "../ports.ts";

/** Longest delay that a Node timer takes, ms (24.8 days); it fires at once when asked for more. */
const TIMER_DELAY_MAX_MS = 2 ** 31 - 1;

/** How much too early an action may be called, ms; ports.ts promises it. */
const TIMER_EARLY_MAX_MS = 1;

/** A {@link Clock} over the process and the system. */
export class SystemClock implements Clock {
  readonly #wall = new SlewedWall(performance.now(), Date.now());

  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    const monotonicMs = performance.now();
    // Asking the system for its wall time, too, would double the price of a reading, of which each claim needs one.
    if (monotonicMs - this.#wall.correctedAtMs >= WALL_CORRECTION_MS)
      this.#wall.correct(monotonicMs, Date.now());
    return this.#wall.at(monotonicMs);
  }

  /** By how much the system's wall clock is ahead of {@link wallMs}, ms: large after it was stepped. */
  get systemAheadMs(): number {
    this.#wall.correct(performance.now(), Date.now());
    return this.#wall.systemAheadMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const dueMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    // Node counts a delay from the start of the turn in which it was asked for, so a timer that is set late in a long
    // turn would fire early by as much: look again, and wait for the rest.
    const wait = (): void => {
      const leftMs = dueMs - performance.now();
      if (leftMs < TIMER_EARLY_MAX_MS) action();
      else handle = setTimeout(wait, Math.min(leftMs, TIMER_DELAY_MAX_MS));
    };
    handle = setTimeout(wait, Math.min(Math.max(0, delayMs), TIMER_DELAY_MAX_MS));
    return { cancel: () => clearTimeout(handle) };
  }
}
