/**
 * The real clock: monotonic time of the process, a wall time that cannot jump, and one-shot timers.
 *
 * It decides nothing: how the wall is drawn towards the system's clock stands in core/slewed-wall.ts.
 */
import { SlewedWall } from "../core/slewed-wall.ts";
import type { Clock, Timer } from "../ports.ts";

/** Longest delay that a Node timer takes, ms (24.8 days); it fires at once when asked for more. */
const TIMER_DELAY_MAX_MS = 2 ** 31 - 1;

/** A {@link Clock} over the process and the system. */
export class SystemClock implements Clock {
  readonly #wall = new SlewedWall(performance.now(), Date.now());

  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return this.#wall.read(performance.now(), Date.now());
  }

  /** By how much the system's wall clock is ahead of {@link wallMs}, ms: large after it was stepped. */
  get systemAheadMs(): number {
    this.wallMs();
    return this.#wall.systemAheadMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const dueMs = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = dueMs - performance.now();
      handle =
        leftMs > TIMER_DELAY_MAX_MS
          ? setTimeout(wait, TIMER_DELAY_MAX_MS)
          : setTimeout(action, Math.max(0, leftMs));
    };
    wait();
    return { cancel: () => clearTimeout(handle) };
  }
}
