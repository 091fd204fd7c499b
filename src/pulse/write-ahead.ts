/**
 * Stores an index before it is published, so that no crash can make it used twice (P1).
 *
 * Each write also says when that beat is due by the wall as this process sees it: so a restart goes on in step,
 * however far wall and monotonic clock have parted since the timeline began.
 */
import type { StoredTimeline } from "../core/timeline.ts";
import { messageOf } from "../errors.ts";
import type { Log, TimelineStore } from "../ports.ts";

/** State: the highest index that was stored, and why the last write failed if it did. */
export class WriteAhead {
  readonly #store: TimelineStore;
  readonly #log: Log;
  #lastBeat: number;
  #epoch: number;
  #failure: string | undefined;

  constructor(
    { epoch, lastBeat }: StoredTimeline,
    ports: { readonly timelineStore: TimelineStore; readonly log: Log },
  ) {
    this.#epoch = epoch;
    this.#lastBeat = lastBeat;
    this.#store = ports.timelineStore;
    this.#log = ports.log;
  }

  /** Why indexes cannot be stored now; undefined when they can. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The highest index that was stored. */
  get lastBeat(): number {
    return this.#lastBeat;
  }

  /** True: `beat` is stored and may be published; `timeline` is counted from it. */
  reserve(beat: number, timeline: StoredTimeline): boolean {
    if (beat <= this.#lastBeat && timeline.epoch === this.#epoch) return true;
    const lastBeat = Math.max(beat, this.#lastBeat);
    try {
      this.#store.save({ ...timeline, lastBeat });
    } catch (thrown) {
      this.#fail(messageOf(thrown));
      return false;
    }
    if (this.#failure !== undefined) this.#log.info("The timeline can be stored again; beats leave again");
    this.#failure = undefined;
    this.#lastBeat = lastBeat;
    this.#epoch = timeline.epoch;
    return true;
  }

  /** Said once, not at each beat. */
  #fail(why: string): void {
    if (this.#failure === undefined)
      this.#log.error(`Cannot store the timeline, so beats are not published: ${why}`);
    this.#failure = why;
  }
}
