/** The timeline that runs: its beats on the monotonic clock, so that no jump of the wall moves one (P3). */
import { type Moment, SharedTimeline } from "../core/shared-timeline.ts";
import { beatAt, dueMsOf, type Schedule, type StoredTimeline, tempoTenthsAt } from "../core/timeline.ts";
import type { Clock } from "../ports.ts";

/** State: the shared timeline; the time comes from the clock. */
export class RunningTimeline {
  readonly #clock: Clock;
  #shared: SharedTimeline;

  /** Ties the timeline to the monotonic clock by the wall time of now. */
  constructor(stored: StoredTimeline, clock: Clock) {
    this.#clock = clock;
    this.#shared = new SharedTimeline(stored, momentOf(clock));
  }

  /** What other pulses' frames do to it, and what we do ourselves. */
  get shared(): SharedTimeline {
    return this.#shared;
  }

  get stored(): StoredTimeline {
    return this.#shared.stored;
  }

  /** On the monotonic clock. */
  get schedule(): Schedule {
    return this.#shared.schedule;
  }

  get now(): Moment {
    return momentOf(this.#clock);
  }

  /** Begins anew with another timeline, in step with nothing. */
  restart(stored: StoredTimeline): void {
    this.#shared = new SharedTimeline(stored, this.now);
  }

  /** The timeline counted from a beat, with its due time by the wall as this process sees it. */
  asOf(beat: number): StoredTimeline {
    return this.#shared.asOf(beat, this.now);
  }

  /** When a beat is due by the wall, ms since the Unix epoch: wall time now and the monotonic time left. */
  wallMsOf(beat: number): number {
    return this.#clock.wallMs() - this.lateMs(beat);
  }

  /** By how much the due time of a beat has passed, ms; negative while it is ahead. */
  lateMs(beat: number): number {
    return this.#clock.monotonicMs() - dueMsOf(this.schedule, beat);
  }

  /** The beat that is due now or was last. */
  get beatNow(): number {
    return beatAt(this.schedule, this.#clock.monotonicMs());
  }

  /** From a beat to the one after it, in tenths of a BPM. */
  tempoTenthsAt(beat: number): number {
    return tempoTenthsAt(this.schedule, beat);
  }
}

function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}
