/** A timeline store in memory: keeps every save, and fails when told to. */
import type { StoredTimeline } from "../../src/core/timeline.ts";
import { BackbeatError } from "../../src/errors.ts";
import type { LostTimeline, TimelineStore } from "../../src/ports.ts";

export class MemoryTimelineStore implements TimelineStore {
  /** There is a place for it without content, as after a crash of the machine; a save mends that. */
  isLost = false;
  /** What a restart would find. */
  stored: StoredTimeline | undefined;
  /** Called before each save; may throw, or let time pass as a slow disk does. */
  beforeSave: (timeline: StoredTimeline) => void = () => undefined;

  constructor(stored?: StoredTimeline) {
    this.stored = stored;
  }

  load(): StoredTimeline | LostTimeline | undefined {
    if (this.isLost)
      return { lost: new BackbeatError("bad-timeline", "Cannot read the timeline: it is empty") };
    return this.stored;
  }

  save(timeline: StoredTimeline): void {
    this.beforeSave(timeline);
    this.stored = timeline;
    this.isLost = false;
  }
}
