/** A timeline store in memory: keeps every save, and fails when told to. */
import type { StoredTimeline } from "../../src/core/timeline.ts";
import type { TimelineStore } from "../../src/ports.ts";

export class MemoryTimelineStore implements TimelineStore {
  /** What a restart would find. */
  stored: StoredTimeline | undefined;
  /** Called before each save; may throw, or let time pass as a slow disk does. */
  beforeSave: (timeline: StoredTimeline) => void = () => undefined;

  constructor(stored?: StoredTimeline) {
    this.stored = stored;
  }

  load(): StoredTimeline | undefined {
    return this.stored;
  }

  save(timeline: StoredTimeline): void {
    this.beforeSave(timeline);
    this.stored = timeline;
  }
}
