/**
 * Callbacks of somebody else: one that throws, rejects or never returns harms nobody but itself.
 *
 * What it throws is logged, at a bounded rate; a promise that it returns is not waited for.
 */
import { messageOf } from "../errors.ts";
import { RareLine } from "../nats/rare-line.ts";
import type { Clock, Log } from "../ports.ts";

/** What a listener may return; a rejection is caught. */
export type Listener<T> = (value: T) => unknown;

/** A listener may throw on each beat of 60 ms. */
const FAULT_LINE_MS = 10_000;

export class Listeners<T> {
  readonly #what: string;
  readonly #log: Log;
  readonly #line: RareLine;
  readonly #listeners = new Set<{ readonly listener: Listener<T> }>();

  /** `what`: what is listened to, for the log. */
  constructor(what: string, ports: { readonly clock: Clock; readonly log: Log }) {
    this.#what = what;
    this.#log = ports.log;
    this.#line = new RareLine(FAULT_LINE_MS, () => ports.clock.monotonicMs());
  }

  /** Adds a listener; the answer takes it away again. The same function added twice is called twice. */
  add(listener: Listener<T>): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Calls those that listen now, in the order in which they came. */
  tell(value: T): void {
    for (const entry of [...this.#listeners]) {
      if (!this.#listeners.has(entry)) continue;
      try {
        Promise.resolve(entry.listener(value)).catch((thrown: unknown) => this.#fault(thrown));
      } catch (thrown) {
        this.#fault(thrown);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }

  #fault(thrown: unknown): void {
    this.#line.say((keptBack) =>
      this.#log.error(`A listener to ${this.#what} failed: ${messageOf(thrown)}`, {
        keptBack,
        stack: thrown instanceof Error ? thrown.stack : undefined,
      }),
    );
  }
}
