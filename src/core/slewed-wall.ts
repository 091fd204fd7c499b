/**
 * Wall time that cannot jump: wall time at start + monotonic time, drawn towards the system's wall clock by at
 * most 500 ppm. A step of the system's clock (by hand, by a time service, after a pause) is never taken over,
 * only approached.
 *
 * Between any two readings the wall advances by 1 ± 500 ppm of the monotonic time, so it never goes back.
 * It reads no clock: both times are given.
 */

/** How fast the wall may be drawn: half a millisecond a second, what NTP daemons allow themselves. */
export const WALL_SLEW_MAX = 500e-6;

/** A slewed wall clock; cheap enough for one reading per message. */
export class SlewedWall {
  readonly #startMonotonicMs: number;
  readonly #startWallMs: number;
  #lastElapsedMs = 0;
  /**
   * The correction so far, kept apart from the wall time: added to 1.7e12 ms, the tiny steps of frequent
   * readings would be rounded away and the wall would never be drawn at all.
   */
  #slewMs = 0;
  #systemAheadMs = 0;

  /** Starts at the system's wall time. Both in ms; `systemWallMs` since the Unix epoch. */
  constructor(monotonicMs: number, systemWallMs: number) {
    this.#startMonotonicMs = monotonicMs;
    this.#startWallMs = systemWallMs;
  }

  /** The wall time in ms since the Unix epoch. `monotonicMs` must not go back; if it does, time stands still. */
  read(monotonicMs: number, systemWallMs: number): number {
    const elapsedMs = Math.max(this.#lastElapsedMs, monotonicMs - this.#startMonotonicMs);
    const slewMaxMs = (elapsedMs - this.#lastElapsedMs) * WALL_SLEW_MAX;
    const aheadMs = systemWallMs - (this.#startWallMs + elapsedMs + this.#slewMs);
    const stepMs = Math.min(slewMaxMs, Math.max(-slewMaxMs, aheadMs));
    this.#slewMs += stepMs;
    this.#systemAheadMs = aheadMs - stepMs;
    this.#lastElapsedMs = elapsedMs;
    return this.#startWallMs + (elapsedMs + this.#slewMs);
  }

  /** By how much the system's wall clock was ahead at the last reading, ms; large after it was stepped. */
  get systemAheadMs(): number {
    return this.#systemAheadMs;
  }
}
