/**
 * What the server does not store, and since when: it refuses (a full disk, a limit of the account), or it does not
 * acknowledge (a cluster without a majority, a store that hangs).
 *
 * Whoever writes or reads tells how it went; alarms and /ready ask. A trouble stands until the same part of the store
 * is seen to work again.
 */
import type { BackbeatError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { RaisedAlarm } from "./mode.ts";

/** The journal takes entries; the report stream takes reports. */
export type StorePart = "journal" | "reports";

/** The server's words with what to do, and since when it says so, on the monotonic clock. */
export interface StandingRefusal {
  readonly words: string;
  readonly sinceMs: number;
}

const REFUSES = {
  journal: "the journal takes no beats and claims",
  reports: "the report stream takes no reports",
  reading: "the journal cannot be read",
} as const;

/** State: the parts that refuse, and since when the journal acknowledges nothing. */
export class StoreTroubles {
  readonly #clock: Clock;
  readonly #refusing = new Map<StorePart, StandingRefusal>();
  #unansweredSinceMs: number | undefined;
  #journalRefusals = 0;
  #unanswered: StandingRefusal | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Since when the journal acknowledges nothing that we append, on the monotonic clock; undefined while it does. */
  get unansweredSinceMs(): number | undefined {
    return this.#unansweredSinceMs;
  }

  /** Why what is asked of the streams has no answer yet, and since when; undefined while there are answers. */
  get unanswered(): StandingRefusal | undefined {
    return this.#unanswered;
  }

  /** How often the journal refused an entry. */
  get journalRefusals(): number {
    return this.#journalRefusals;
  }

  /** The journal takes nothing, as far as was seen. */
  get isJournalTroubled(): boolean {
    return this.#refusing.has("journal") || this.#unansweredSinceMs !== undefined;
  }

  /** `words`: what the server says, and what to do. */
  refused(part: StorePart, words: string): void {
    const sinceMs = this.#refusing.get(part)?.sinceMs ?? this.#clock.monotonicMs();
    this.#refusing.set(part, { words, sinceMs });
    if (part !== "journal") return;
    this.#journalRefusals += 1;
    this.#unansweredSinceMs = undefined;
  }

  /** An entry could not be appended to the journal. */
  notAppended(error: BackbeatError): void {
    if (error.code === "stream-refused")
      this.refused("journal", error.message.replace(/^Cannot append [^:]*: /, ""));
    else this.#unansweredSinceMs ??= this.#clock.monotonicMs();
  }

  /** What came of asking for a stream: undefined is an answer. */
  tried(why: string | undefined): void {
    this.#unanswered =
      why === undefined
        ? undefined
        : { words: why, sinceMs: this.#unanswered?.sinceMs ?? this.#clock.monotonicMs() };
  }

  /** It was seen to work. */
  works(part: StorePart): void {
    this.#refusing.delete(part);
    if (part === "journal") this.#unansweredSinceMs = undefined;
  }

  /** One alarm for all that is refused, also a consumer to read with: a full disk is one cause. */
  alarm(reading: StandingRefusal | undefined): RaisedAlarm | undefined {
    const parts: (readonly [keyof typeof REFUSES, StandingRefusal])[] = [...this.#refusing];
    if (reading !== undefined) parts.push(["reading", reading]);
    if (parts.length === 0) return undefined;
    const words = new Set(parts.map(([, { words: said }]) => said));
    return {
      name: "store-refuses",
      text: `${parts.map(([part]) => REFUSES[part]).join(", ")}: ${[...words].join("; ")}`,
      // A report stream that is full keeps no beat away.
      ...(parts.every(([part]) => part === "reports") ? { explains: ["report-unsent"] as const } : {}),
      sinceMonotonicMs: Math.min(...parts.map(([, { sinceMs }]) => sinceMs)),
    };
  }
}
