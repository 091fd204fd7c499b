/**
 * Callbacks of somebody else: one that throws, rejects or never returns harms nobody but itself.
 *
 * What it throws is counted and logged, at a bounded rate; a promise that it returns is not waited for. One that leaves
 * more promises open than anybody waits for is not called again until some of them have ended, and that is counted.
 */
import { messageOf } from "../errors.ts";
import { RareLine } from "../nats/rare-line.ts";
import type { Clock, Log } from "../ports.ts";

/** What a listener may return; a rejection is caught. */
export type Listener<T> = (value: T) => unknown;

/** What became of calls, of all listeners. */
export interface CallCounts {
  /** Threw or rejected. */
  failed: number;
  /** Not made, because too many of that listener's were still running. */
  skipped: number;
  /** Made, and the promise that came back has not ended. */
  running: number;
}

export function callCounts(): CallCounts {
  return { failed: 0, skipped: 0, running: 0 };
}

/** Calls of one listener that may run at once: one that takes a whole bar of usual length and more is nothing odd. */
export const CALLS_RUNNING_MAX = 64;

/** A listener may throw on each beat of 60 ms. */
const FAULT_LINE_MS = 10_000;

interface Entry<T> {
  readonly listener: Listener<T>;
  running: number;
}

export interface ListenersParts {
  readonly clock: Clock;
  readonly log: Log;
  /** May be shared with others. */
  readonly counts?: CallCounts;
  /** Promises that are bounded, counted and told of elsewhere: they may be open for as long as they like. */
  readonly isBounded?: (returned: PromiseLike<unknown>) => boolean;
}

export class Listeners<T> {
  readonly #what: string;
  readonly #log: Log;
  readonly #line: RareLine;
  readonly #counts: CallCounts;
  readonly #isBounded: (returned: PromiseLike<unknown>) => boolean;
  readonly #listeners = new Set<Entry<T>>();

  /** `what`: what is listened to, for the log. `counts` may be shared with others. */
  constructor(what: string, { clock, counts = callCounts(), isBounded = () => false, log }: ListenersParts) {
    this.#what = what;
    this.#log = log;
    this.#counts = counts;
    this.#isBounded = isBounded;
    this.#line = new RareLine(FAULT_LINE_MS, () => clock.monotonicMs());
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener; the answer takes it away again. The same function added twice is called twice. */
  add(listener: Listener<T>): () => void {
    const entry = { listener, running: 0 };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Calls those that listen now, in the order in which they came. */
  tell(value: T): void {
    for (const entry of [...this.#listeners]) if (this.#listeners.has(entry)) this.#call(entry, value);
  }

  clear(): void {
    this.#listeners.clear();
  }

  #call(entry: Entry<T>, value: T): void {
    if (entry.running >= CALLS_RUNNING_MAX) {
      this.#counts.skipped += 1;
      this.#say(`A listener to ${this.#what} is not called: ${entry.running} calls of it have not ended`, {});
      return;
    }
    try {
      const returned = entry.listener(value);
      if (isPromise(returned) && !this.#isBounded(returned)) this.#follow(entry, returned);
    } catch (thrown) {
      this.#fault(thrown);
    }
  }

  #follow(entry: Entry<T>, returned: PromiseLike<unknown>): void {
    entry.running += 1;
    this.#counts.running += 1;
    const ended = (): void => {
      entry.running -= 1;
      this.#counts.running -= 1;
    };
    Promise.resolve(returned).then(ended, (thrown: unknown) => {
      ended();
      this.#fault(thrown);
    });
  }

  #fault(thrown: unknown): void {
    this.#counts.failed += 1;
    const stack = stackOf(thrown);
    this.#say(`A listener to ${this.#what} failed: ${messageOf(thrown)}`, { stack });
  }

  /** A log of the program's own may throw, too. */
  #say(text: string, data: { readonly stack?: string | undefined }): void {
    try {
      this.#line.say((keptBack) => this.#log.error(text, { keptBack, ...data }));
    } catch {
      // There is nobody left to tell.
    }
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function stackOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? thrown.stack : undefined;
  } catch {
    return undefined;
  }
}
