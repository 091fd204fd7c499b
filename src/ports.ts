/**
 * Everything that a service may ask of the world, on one page.
 *
 * Services are `runX(settings, ports)`; adapters (nats/, store/, runtime/) and the fakes of tests fill these
 * in. One compliance suite per port runs over the fake and the real thing alike (test/compliance/).
 */
import type { StoredTimeline } from "./core/timeline.ts";

/** Time. Only services read it; the core is told. */
export interface Clock {
  /** Milliseconds since some start, with fractions; never goes back, no jump enters. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch: wall time at start + monotonic time, slewed, so jumps do not enter. */
  wallMs(): number;
  /** Calls `action` once, `delayMs` from now or later; may be early by up to 1 ms, so look again. */
  after(delayMs: number, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Chance, for ids and jitter. */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number;
}

/** A message as it arrived. `respond` answers a request; false where nobody asked. True promises no more than `publish`. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  respond(body: Uint8Array): boolean;
}

/**
 * One connection to the message bus. Messages of all its subscriptions arrive in one order. It exists before the
 * first server answers and survives every loss; after `close` nothing arrives and nothing is taken.
 */
export interface Bus {
  /** The server has our subscriptions and takes what is published. */
  readonly connected: boolean;
  /**
   * Hands a message to the connection. False: the link is down and the message was *not* taken; nothing is
   * buffered across a reconnect, so the caller decides whether it is still worth sending. True: handed on; it
   * may still be lost with the link (`flush` tells).
   * @throws BackbeatError `bad-message` when the server would refuse it for its size
   */
  publish(subject: string, body: Uint8Array): boolean;
  /**
   * Resolves when the server has all that was published since the link was last restored; rejects
   * `nats-unreachable` if the link is down or is lost before the answer. Call it in the same turn as `publish`:
   * what was published before a loss is not known to a flush that begins after it.
   */
  flush(): Promise<void>;
  /**
   * A handler that throws is logged and harms nobody else. Made as soon as there is a link, and again by itself
   * after each loss. `flush` after it tells that the server has it.
   */
  subscribe(subject: string, handler: (message: BusMessage) => void): BusSubscription;
  /** The first answer, or undefined when nobody answers within `timeoutMs`, at once when the link is down or is lost. */
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined>;
  /**
   * Hears `lost` when the link goes down and `restored` when subscriptions are back; `restored` also for the
   * first link, if that comes later than this call.
   */
  onLink(listener: (link: "lost" | "restored") => void): void;
  /** Stops subscriptions, delivers what was published, closes. Never rejects. */
  close(): Promise<void>;
}

export interface BusSubscription {
  unsubscribe(): void;
}

/** Keeps the timeline of a pulse across restarts. A saved timeline survives a crash of the process. */
export interface TimelineStore {
  /** The saved timeline; undefined where none was saved. @throws BackbeatError `bad-timeline` */
  load(): StoredTimeline | undefined;
  save(timeline: StoredTimeline): void;
}

/** What is measured as a distribution. Plain counts are fields of a service's view, read when scraped. */
export interface Metrics {
  observe(metric: Distribution, value: number): void;
}

export type Distribution = "rollup_seconds" | "report_bytes" | "close_seconds" | "beat_late_seconds";

/** Lines for the operator. Never one per claim, never a secret. */
export interface Log {
  debug(text: string, data?: LogData): void;
  info(text: string, data?: LogData): void;
  warn(text: string, data?: LogData): void;
  error(text: string, data?: LogData): void;
}

export type LogData = Readonly<Record<string, unknown>>;
