/**
 * Wall time that cannot jump: wall time at start + monotonic time, drawn towards the system's wall clock by at
 * most 500 ppm. A step of the system's clock (by hand, by a time service, after a pause) is never taken over,
 * only approached.
 *
 * The wall is a line of monotonic time, bent only when it is corrected; its slope is 1 ± 500 ppm, so it never goes
 * back. It reads no clock: times are given, and the monotonic one must not go back.
 */

/** How fast the wall may be drawn: half a millisecond a second, what NTP daemons allow themselves. */
export const WALL_SLEW_MAX = 500e-6;

/** How long a correction is meant to last, ms: a smaller distance than the limit allows is made up in that time. */
export const WALL_CORRECTION_MS = 1_000;

/** A slewed wall clock; a reading is a multiplication, cheap enough for each message. */
export class SlewedWall {
  #fromMonotonicMs: number;
  #fromWallMs: number;
  /** Slope above 1. */
  #bend = 0;
  #systemAheadMs = 0;

  /** Starts at the system's wall time. Both in ms; `systemWallMs` since the Unix epoch. */
  constructor(monotonicMs: number, systemWallMs: number) {
    this.#fromMonotonicMs = monotonicMs;
    this.#fromWallMs = systemWallMs;
  }

  /** The wall time in ms since the Unix epoch. */
  at(monotonicMs: number): number {
    const elapsedMs = monotonicMs - this.#fromMonotonicMs;
    // Bent only for the time that the correction was made for: who reads rarely would swing past the goal by far.
    // The small numbers first: added one by one to 1.7e12 ms, their rounding could take the sum back.
    return this.#fromWallMs + (elapsedMs + Math.min(elapsedMs, WALL_CORRECTION_MS) * this.#bend);
  }

  /** When it was last corrected, on the monotonic clock. */
  get correctedAtMs(): number {
    return this.#fromMonotonicMs;
  }

  /** Looks at the system's wall clock and bends towards it from now on. */
  correct(monotonicMs: number, systemWallMs: number): void {
    const wallMs = this.at(monotonicMs);
    this.#systemAheadMs = systemWallMs - wallMs;
    const wanted = this.#systemAheadMs / WALL_CORRECTION_MS;
    this.#bend = Math.min(WALL_SLEW_MAX, Math.max(-WALL_SLEW_MAX, wanted));
    this.#fromMonotonicMs = monotonicMs;
    this.#fromWallMs = wallMs;
  }

  /** By how much the system's wall clock was ahead at the last correction, ms; large after it was stepped. */
  get systemAheadMs(): number {
    return this.#systemAheadMs;
  }
}
