/**
 * The last events, so that a client that was away for a moment misses nothing; bounded by number and bytes (R4).
 *
 * Whoever asks for what came after an event gets all of it or is told why not: never a part.
 */
import type { EventId } from "../reverb/event-id.ts";
import type { EventLimits } from "./limits.ts";

/** Why events cannot be resumed: the client must load all anew. */
export type NotResumed = "first connection" | "too old" | "another process" | "unknown id";

interface Kept {
  readonly id: EventId;
  readonly bytes: Uint8Array;
}

/** State: the events that are kept, oldest first. */
export class EventRing {
  readonly #limits: Pick<EventLimits, "ringBytes" | "ringEvents">;
  #kept: Kept[] = [];
  #bytes = 0;
  /** Everything after this one is kept; undefined before the first event, and after a hole. */
  #floor: EventId | undefined;

  constructor(limits: Pick<EventLimits, "ringBytes" | "ringEvents">) {
    this.#limits = limits;
  }

  get newest(): EventId | undefined {
    return this.#kept.at(-1)?.id ?? this.#floor;
  }

  push(id: EventId, bytes: Uint8Array): void {
    const { newest } = this;
    // Another journal, or the same one read anew: its places say nothing of those before.
    if (newest !== undefined && !isAfter(id, newest)) this.cut();
    this.#floor ??= id;
    this.#kept.push({ id, bytes });
    this.#bytes += bytes.length;
    while (this.#kept.length > this.#limits.ringEvents || this.#bytes > this.#limits.ringBytes) {
      const oldest = this.#kept.shift();
      this.#bytes -= oldest?.bytes.length ?? 0;
      this.#floor = oldest?.id;
    }
  }

  /** From here on something may be missing: nobody can resume from before. */
  cut(): void {
    this.#kept = [];
    this.#bytes = 0;
    this.#floor = undefined;
  }

  /** All events after that one, oldest first. */
  after(id: EventId): readonly Uint8Array[] | NotResumed {
    const floor = this.#floor;
    if (floor === undefined) return "too old";
    if (id.counter !== floor.counter) return "another process";
    if (isAfter(floor, id)) return "too old";
    const { newest } = this;
    if (newest !== undefined && id.seq > newest.seq) return "unknown id";
    return this.#kept.filter((kept) => isAfter(kept.id, id)).map(({ bytes }) => bytes);
  }
}

/** Whether `a` comes after `b`; never where they are of different counters. */
function isAfter(a: EventId, b: EventId): boolean {
  return a.counter === b.counter && (a.seq > b.seq || (a.seq === b.seq && a.n > b.n));
}
