/** A stored timeline that runs: its beats on the monotonic clock, so that no jump of the wall moves one (P3). */
import { dueMsOf, type Schedule, type StoredTimeline, wallScheduleOf } from "../core/timeline.ts";
import type { Clock } from "../ports.ts";

/** Immutable but for the time that passes. */
export class RunningTimeline {
  readonly stored: StoredTimeline;
  /** On the monotonic clock. */
  readonly schedule: Schedule;
  readonly #clock: Clock;

  /** Ties the timeline to the monotonic clock by the wall time of now. */
  constructor(stored: StoredTimeline, clock: Clock) {
    const wall = wallScheduleOf(stored);
    this.stored = stored;
    this.schedule = { ...wall, originMs: clock.monotonicMs() + (wall.originMs - clock.wallMs()) };
    this.#clock = clock;
  }

  /** When a beat is due by the wall, ms since the Unix epoch: wall time now and the monotonic time left. */
  wallMsOf(beat: number): number {
    return this.#clock.wallMs() - this.lateMs(beat);
  }

  /** By how much the due time of a beat has passed, ms; negative while it is ahead. */
  lateMs(beat: number): number {
    return this.#clock.monotonicMs() - dueMsOf(this.schedule, beat);
  }
}
