/** By how much frames come later than the own timeline has their beats: for eyes, nothing is corrected by it. */
import type { FrameEntry } from "../core/entry.ts";

interface Heard {
  /** On the monotonic clock. */
  readonly nowMs: number;
  /** When its beat was due by the timeline before it was heard; undefined where there was none. */
  readonly expectedMs: number | undefined;
  /** It began a new timeline, of which nothing was expected. */
  readonly isRestart: boolean;
}

/** State: the newest difference. */
export class TimelineDrift {
  #ms: number | undefined;

  /** Negative: the frame came earlier than it was expected; undefined before two frames were heard as they came. */
  get ms(): number | undefined {
    return this.#ms;
  }

  heard(entry: FrameEntry, { expectedMs, isRestart, nowMs }: Heard): void {
    // An answer tells of a beat that began some time ago: when, is not known.
    if (entry.answered === true || isRestart || expectedMs === undefined) return;
    this.#ms = nowMs - expectedMs;
  }
}
