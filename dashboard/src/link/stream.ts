/**
 * The stream of events, kept alive: one EventSource after the other, each resuming after the last event that was
 * seen. Knows no event's meaning; what it carries is handed on as it comes.
 *
 * EventSource would come back by itself, but says neither when nor ends its tries slowly, and gives up for ever on a
 * 503. So each one is closed at its first error and the next opened by us.
 */
import { retryDelayMs } from "./backoff.ts";

export const EVENTS_PATH = "/api/v1/events";

const EVENT_NAMES = ["hello", "beat", "claims", "report", "leader", "tempo"] as const;

/** A stream that ends sooner did not work: something on the way cuts it again and again, and is not asked without end. */
const WORKS_AFTER_MS = 5_000;

export type EventName = (typeof EVENT_NAMES)[number];

export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** Since when and until the next try, in ms of `nowMs`. */
  | { readonly kind: "lost"; readonly sinceMs: number; readonly retryAtMs: number };

export interface StreamEvent {
  readonly name: EventName;
  readonly body: unknown;
  /** When its bytes were here, before they were read; ms of `nowMs`. */
  readonly arrivedAtMs: number;
}

/** What is used of an EventSource. */
export interface Source {
  addEventListener(name: string, listener: (event: Event) => void): void;
  close(): void;
}

export interface StreamPorts {
  open(url: string): Source;
  nowMs(): number;
  /** 0 … 1 */
  random(): number;
  /** Runs it later; gives what stops that. */
  later(run: () => void, delayMs: number): () => void;
  onLink(state: LinkState): void;
  onEvent(event: StreamEvent): void;
}

/** State: the source that is open, the id to resume after, the tries that failed in a row. */
export class EventStream {
  readonly #ports: StreamPorts;
  #source: Source | undefined;
  #lastId = "";
  /** When the open source said hello. */
  #greetedAtMs: number | undefined;
  #triesFailed = 0;
  #lostSinceMs: number | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#ports.onLink({ kind: "connecting" });
    this.#open();
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  /** Tries at once if it waits for the next try: the operator asked, or the network is back. */
  tryNow(): void {
    if (this.#cancelRetry === undefined) return;
    this.#cancelRetry();
    this.#cancelRetry = undefined;
    this.#open();
  }

  /** Somebody found that nobody answers: an open stream is not believed any more. */
  suspect(): void {
    if (this.#source !== undefined) this.#broke(this.#source);
  }

  #open(): void {
    const url =
      this.#lastId === "" ? EVENTS_PATH : `${EVENTS_PATH}?last_event_id=${encodeURIComponent(this.#lastId)}`;
    const source = this.#ports.open(url);
    this.#source = source;
    this.#greetedAtMs = undefined;
    for (const name of EVENT_NAMES)
      source.addEventListener(name, (event) => this.#heard(source, { name, event }));
    source.addEventListener("error", () => this.#broke(source));
  }

  #heard(source: Source, { event, name }: { readonly name: EventName; readonly event: Event }): void {
    if (source !== this.#source) return;
    const arrivedAtMs = this.#ports.nowMs();
    const { data, lastEventId } = event as MessageEvent<string>;
    const body = parsed(data);
    if (body === undefined) {
      // Not what reverb writes: whatever stands between us cut it. Everything is asked for anew.
      this.#lastId = "";
      this.#broke(source);
      return;
    }
    if (name === "hello") this.#greeted(arrivedAtMs);
    else this.#lastId = lastEventId;
    this.#ports.onEvent({ name, body, arrivedAtMs });
  }

  #greeted(nowMs: number): void {
    this.#greetedAtMs = nowMs;
    this.#lostSinceMs = undefined;
    this.#ports.onLink({ kind: "live" });
  }

  #broke(source: Source): void {
    source.close();
    if (source !== this.#source) return;
    this.#source = undefined;
    const nowMs = this.#ports.nowMs();
    if (this.#greetedAtMs !== undefined && nowMs - this.#greetedAtMs >= WORKS_AFTER_MS) {
      // A stream that worked ends by itself every ten minutes: the next one is opened at once, and no word about it.
      this.#triesFailed = 0;
      this.#open();
      return;
    }
    const delayMs = retryDelayMs(this.#triesFailed, this.#ports.random());
    this.#triesFailed += 1;
    this.#lostSinceMs ??= nowMs;
    this.#ports.onLink({ kind: "lost", sinceMs: this.#lostSinceMs, retryAtMs: nowMs + delayMs });
    this.#cancelRetry = this.#ports.later(() => {
      this.#cancelRetry = undefined;
      this.#open();
    }, delayMs);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
