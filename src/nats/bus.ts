/**
 * The port `Bus` on NATS: one connection that exists before its first server answers and survives every loss.
 *
 * Nothing is buffered across a loss; `publish` says what was not taken, `flush` says when the server has it.
 */
import { createInbox, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Bus, BusMessage, BusSubscription, Log, PublishOptions } from "../ports.ts";
import { apiPrefixOf } from "./api-prefix.ts";
import type { NatsSettings } from "./connect.ts";
import { guardedHandler } from "./guarded-handler.ts";
import { type LinkState, NatsLink } from "./link.ts";
import { linkLost } from "./link-lost.ts";
import { publishOptions } from "./publish-options.ts";

/** Services end within 5 s of a signal; what a server has not taken after two is not coming through. */
const DRAIN_TIMEOUT_MS = 2_000;
const INBOX_PREFIX = "_INBOX";

type Handler = (message: BusMessage) => void;

interface Subscribed {
  readonly subject: string;
  readonly callback: (error: Error | null, message: Msg) => void;
  active: Subscription | undefined;
}

/** A bus on NATS; begins to connect at once and retries for ever (jittered, about once a second). */
export class NatsBus implements Bus {
  /** What subjects for answers begin with, without a dot at the end. */
  readonly inboxPrefix: string;
  readonly apiPrefix: string;
  readonly #log: Log;
  readonly #link: NatsLink;
  readonly #subscribed = new Set<Subscribed>();
  readonly #linkListeners = new Set<(link: "lost" | "restored") => void>();
  /** Rejects the flushes that wait for their answer. */
  readonly #flushes = new Set<(error: BackbeatError) => void>();
  /** The connection that subscriptions are made on, also while it is not yet announced. */
  #connection: NatsConnection | undefined;
  #connected = false;
  #closed: Promise<void> | undefined;
  #handlerFailures = 0;

  /** @throws BackbeatError `bad-config` where the settings name inboxes, or a JetStream, that cannot be */
  constructor(settings: NatsSettings, log: Log) {
    this.inboxPrefix = checkedPrefix(settings.inboxPrefix ?? INBOX_PREFIX);
    this.apiPrefix = apiPrefixOf(settings);
    this.#log = log;
    this.#link = new NatsLink(settings, {
      log,
      user: {
        prepare: (connection) => this.#prepare(connection),
        up: () => this.#up(),
        down: () => this.#down(),
      },
    });
  }

  get connected(): boolean {
    return this.#connected && this.#closed === undefined;
  }

  /** The connection in use, for the other adapters of this folder: another one after each loss. */
  get connection(): NatsConnection | undefined {
    return this.connected ? this.#connection : undefined;
  }

  /** Which server is in use, or why none is; for status pages. */
  get state(): LinkState {
    return this.#link.state;
  }

  /** How often a subscription's handler threw. */
  get handlerFailures(): number {
    return this.#handlerFailures;
  }

  publish(subject: string, body: Uint8Array, options?: PublishOptions): boolean {
    if (!this.connected || this.#connection === undefined) return false;
    try {
      if (options === undefined) this.#connection.publish(subject, body);
      else this.#connection.publish(subject, body, publishOptions(options));
      return true;
    } catch (cause) {
      // The connection ended in this very turn and its loss is not told yet.
      if (this.#connection.isClosed()) return false;
      throw new BackbeatError("bad-message", `Cannot publish on ${subject}: ${messageOf(cause)}`, { cause });
    }
  }

  inbox(): string {
    return createInbox(this.inboxPrefix);
  }

  flush(): Promise<void> {
    const connection = this.#connection;
    if (!this.#connected || connection === undefined) return Promise.reject(linkLost());
    return new Promise((resolve, reject) => {
      this.#flushes.add(reject);
      connection
        .flush()
        .then(resolve, () => reject(linkLost()))
        .finally(() => this.#flushes.delete(reject));
    });
  }

  subscribe(subject: string, handler: Handler): BusSubscription {
    // Checked here: without a connection nats.js would say so only when the first one comes.
    if (!/^\S+$/.test(subject)) {
      throw new BackbeatError(
        "bad-config",
        `Cannot subscribe to "${subject}": a subject is not empty, no blanks`,
      );
    }
    const subscribed: Subscribed = { subject, callback: this.#guard(subject, handler), active: undefined };
    if (this.#closed === undefined) {
      this.#subscribed.add(subscribed);
      if (this.#connection !== undefined) this.#activate(subscribed, this.#connection);
    }
    return {
      unsubscribe: () => {
        this.#subscribed.delete(subscribed);
        subscribed.active?.unsubscribe();
        subscribed.active = undefined;
      },
    };
  }

  async request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined> {
    const connection = this.#connection;
    if (!this.connected || connection === undefined) return undefined;
    try {
      return await connection.request(subject, body, { timeout: Math.max(1, timeoutMs) });
    } catch {
      // Nobody there, nobody in time, or the link is lost: to the asker it is one and the same.
      return undefined;
    }
  }

  onLink(listener: (link: "lost" | "restored") => void): BusSubscription {
    // One of its own for each call: the same function may listen twice.
    const own = (link: "lost" | "restored"): void => listener(link);
    this.#linkListeners.add(own);
    return { unsubscribe: () => void this.#linkListeners.delete(own) };
  }

  close(): Promise<void> {
    this.#closed ??= this.#drainAndClose();
    return this.#closed;
  }

  #guard(subject: string, handler: Handler): Subscribed["callback"] {
    return guardedHandler({
      subject,
      handler,
      log: this.#log,
      heard: () => {
        // A message may overtake the news of its link: whoever hears one may answer it, and is told first.
        if (!this.#connected) this.#up();
      },
      failed: () => {
        this.#handlerFailures += 1;
      },
    });
  }

  #activate(subscribed: Subscribed, connection: NatsConnection): void {
    try {
      subscribed.active = connection.subscribe(subscribed.subject, { callback: subscribed.callback });
    } catch (thrown) {
      // Only a connection that just ended refuses here; the next one subscribes again.
      this.#log.debug(`Not subscribed to ${subscribed.subject}: ${messageOf(thrown)}`);
    }
  }

  #prepare(connection: NatsConnection): void {
    this.#connection = connection;
    for (const subscribed of this.#subscribed) this.#activate(subscribed, connection);
  }

  #up(): void {
    if (this.#connected || this.#connection === undefined || this.#closed !== undefined) return;
    this.#connected = true;
    this.#tell("restored");
  }

  #down(): void {
    const wasConnected = this.#connected;
    this.#connected = false;
    this.#connection = undefined;
    // An abandoned connection may wake up once more; what it says would come twice and out of order.
    for (const subscribed of this.#subscribed) {
      subscribed.active?.unsubscribe();
      subscribed.active = undefined;
    }
    for (const reject of this.#flushes) reject(linkLost());
    this.#flushes.clear();
    if (wasConnected) this.#tell("lost");
  }

  #tell(link: "lost" | "restored"): void {
    if (this.#closed !== undefined) return;
    for (const listener of this.#linkListeners) {
      try {
        listener(link);
      } catch (thrown) {
        this.#log.error(`A listener to the NATS link threw on "${link}": ${messageOf(thrown)}`);
      }
    }
  }

  async #drainAndClose(): Promise<void> {
    this.#link.stop();
    const connection = this.#connection;
    if (connection === undefined) return;
    const drained = connection.drain().catch(() => undefined);
    await Promise.race([drained, connection.closed(), timeout(DRAIN_TIMEOUT_MS)]);
    // Not awaited: with a server that takes no bytes it would wait for the system to give the socket up.
    connection.close().catch(() => undefined);
  }
}

function checkedPrefix(prefix: string): string {
  if (/^[^\s*>.]+(\.[^\s*>.]+)*$/.test(prefix)) return prefix;
  throw new BackbeatError(
    "bad-config",
    `Cannot connect to NATS: the inbox prefix is ${JSON.stringify(prefix)}, expected a subject without wildcards and blanks`,
  );
}

function timeout(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref());
}
