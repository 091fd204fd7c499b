/**
 * Stores an index before it is published, so that no crash can make it used twice (P1).
 *
 * Each write also says when that beat is due by the wall as this process sees it: so a restart goes on in step,
 * however far wall and monotonic clock have parted since the timeline began.
 */
import { anchoredAt, type StoredTimeline } from "../core/timeline.ts";
import { messageOf } from "../errors.ts";
import type { Log, TimelineStore } from "../ports.ts";

/** State: the highest index that was stored, and why the last write failed if it did. */
export class WriteAhead {
  readonly #store: TimelineStore;
  readonly #log: Log;
  #timeline: StoredTimeline;
  #failure: string | undefined;

  constructor(timeline: StoredTimeline, ports: { readonly timelineStore: TimelineStore; readonly log: Log }) {
    this.#timeline = timeline;
    this.#store = ports.timelineStore;
    this.#log = ports.log;
  }

  /** Why indexes cannot be stored now; undefined when they can. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** True: `beat`, due at `dueWallMs`, is stored and may be published. */
  reserve(beat: number, dueWallMs: number): boolean {
    if (beat <= this.#timeline.lastBeat) return true;
    const timeline = { ...anchoredAt(this.#timeline, { beat, dueWallMs }), lastBeat: beat };
    try {
      this.#store.save(timeline);
    } catch (thrown) {
      this.#fail(messageOf(thrown));
      return false;
    }
    if (this.#failure !== undefined) this.#log.info("The timeline can be stored again; beats leave again");
    this.#failure = undefined;
    this.#timeline = timeline;
    return true;
  }

  /** Said once, not at each beat. */
  #fail(why: string): void {
    if (this.#failure === undefined)
      this.#log.error(`Cannot store the timeline, so beats are not published: ${why}`);
    this.#failure = why;
  }
}
