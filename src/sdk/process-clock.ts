/** The clock of an agent that opens its own connection: this process's monotonic time, and a wall time without jumps. */
import { SlewedWall, WALL_CORRECTION_MS } from "../core/slewed-wall.ts";
import type { Clock, Timer } from "../ports.ts";

/** Longest delay that a Node timer takes, ms (24.8 days): asked for more, it would fire at once. */
const TIMER_DELAY_MAX_MS = 2 ** 31 - 1;

/** How much too early an action may be called, ms; Node's timers are no finer. */
const TIMER_EARLY_MAX_MS = 1;

export class ProcessClock implements Clock {
  readonly #wall = new SlewedWall(performance.now(), Date.now());

  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    const monotonicMs = performance.now();
    if (monotonicMs - this.#wall.correctedAtMs >= WALL_CORRECTION_MS)
      this.#wall.correct(monotonicMs, Date.now());
    return this.#wall.at(monotonicMs);
  }

  after(delayMs: number, action: () => void): Timer {
    const dueMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    // Node counts a delay from the start of the turn: look again, and wait for the rest.
    const wait = (): void => {
      const leftMs = dueMs - performance.now();
      if (leftMs < TIMER_EARLY_MAX_MS) action();
      else handle = setTimeout(wait, Math.min(leftMs, TIMER_DELAY_MAX_MS));
    };
    handle = setTimeout(wait, Math.min(Math.max(0, delayMs), TIMER_DELAY_MAX_MS));
    return { cancel: () => clearTimeout(handle) };
  }
}
