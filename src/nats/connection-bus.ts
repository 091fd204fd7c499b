/**
 * The port `Bus` on a connection that belongs to somebody else: it reconnects by its owner's settings and is closed
 * by its owner.
 *
 * nats.js buffers what is published while it reconnects and drops it at the next success, without a word: here nothing
 * is taken meanwhile, and whoever publishes keeps it (outbox). It makes the subscriptions again by itself.
 */
import { createInbox, type NatsConnection, type Status } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Bus, BusMessage, BusSubscription, Log, PublishOptions } from "../ports.ts";
import { apiPrefixOf, type JetStreamPlace } from "./api-prefix.ts";
import { guardedHandler } from "./guarded-handler.ts";
import { linkLost } from "./link-lost.ts";
import { publishOptions } from "./publish-options.ts";

/** State: whether the link is up, and who wants to know. */
export class ConnectionBus implements Bus {
  readonly apiPrefix: string;
  readonly #connection: NatsConnection;
  readonly #log: Log;
  readonly #listeners = new Set<(link: "lost" | "restored") => void>();
  readonly #flushes = new Set<(error: BackbeatError) => void>();
  readonly #requests = new Set<(answer: undefined) => void>();
  readonly #subscriptions = new Set<BusSubscription>();
  #connected = false;
  #isClosed = false;

  /** `connection` may be reconnecting just now. @throws BackbeatError `bad-config` where `place` cannot be */
  constructor(connection: NatsConnection, log: Log, place: JetStreamPlace = {}) {
    this.apiPrefix = apiPrefixOf(place);
    this.#connection = connection;
    this.#log = log;
    void this.#watch();
    // It may be reconnecting just now: only the server's answer shows that it is not.
    connection.flush().then(
      () => this.#up(),
      () => undefined,
    );
  }

  get connected(): boolean {
    return this.#connected && !this.#isClosed && !this.#connection.isClosed();
  }

  /** For the other adapters of this folder. */
  get connection(): NatsConnection | undefined {
    return this.connected ? this.#connection : undefined;
  }

  publish(subject: string, body: Uint8Array, options?: PublishOptions): boolean {
    if (!this.connected) return false;
    try {
      this.#connection.publish(subject, body, options && publishOptions(options));
      return true;
    } catch (cause) {
      // Its owner is about to close it: nothing is taken any more.
      if (this.#connection.isClosed() || this.#connection.isDraining()) return false;
      throw new BackbeatError("bad-message", `Cannot publish on ${subject}: ${messageOf(cause)}`, { cause });
    }
  }

  inbox(): string {
    return createInbox(inboxPrefixOf(this.#connection));
  }

  flush(): Promise<void> {
    if (!this.connected) return Promise.reject(linkLost());
    return new Promise((resolve, reject) => {
      this.#flushes.add(reject);
      this.#connection
        .flush()
        .then(resolve, () => reject(linkLost()))
        .finally(() => this.#flushes.delete(reject));
    });
  }

  subscribe(subject: string, handler: (message: BusMessage) => void): BusSubscription {
    if (this.#isClosed || this.#connection.isClosed() || this.#connection.isDraining())
      return { unsubscribe: () => undefined };
    const callback = guardedHandler({
      subject,
      handler,
      log: this.#log,
      heard: () => this.#up(),
      failed: () => undefined,
    });
    const active = this.#connection.subscribe(subject, { callback });
    const subscription = {
      unsubscribe: () => {
        this.#subscriptions.delete(subscription);
        if (!this.#connection.isClosed()) active.unsubscribe();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BusMessage | undefined> {
    if (!this.connected) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (answer: BusMessage | undefined): void => {
        this.#requests.delete(end);
        resolve(answer);
      };
      this.#requests.add(end);
      // Nobody there, nobody in time, or the link is lost: to the asker it is one and the same.
      this.#connection
        .request(subject, body, { timeout: Math.max(1, timeoutMs) })
        .then(end, () => end(undefined));
    });
  }

  onLink(listener: (link: "lost" | "restored") => void): BusSubscription {
    const own = (link: "lost" | "restored"): void => listener(link);
    this.#listeners.add(own);
    return { unsubscribe: () => void this.#listeners.delete(own) };
  }

  /** Ends what was made here; the connection goes on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.flush().catch(() => undefined);
    for (const subscription of [...this.#subscriptions]) subscription.unsubscribe();
    this.#isClosed = true;
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (this.#isClosed) return;
      this.#hear(status);
    }
    this.#down();
    // Nobody misses it whose agents have all stopped.
    if (!this.#isClosed && this.#listeners.size > 0)
      this.#log.error(
        "The NATS connection that was given is closed: no beat is heard and no claim sent any more",
      );
  }

  #hear({ type }: Status): void {
    if (type === "disconnect" || type === "staleConnection" || type === "close") this.#down();
    else if (type === "reconnect") this.#up();
  }

  #up(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#tell("restored");
  }

  #down(): void {
    if (!this.#connected) return;
    this.#connected = false;
    for (const reject of this.#flushes) reject(linkLost());
    this.#flushes.clear();
    for (const end of [...this.#requests]) end(undefined);
    this.#tell("lost");
  }

  #tell(link: "lost" | "restored"): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(link);
      } catch (thrown) {
        // It would end the reader of the connection.
        this.#log.error(`A listener to the link failed: ${messageOf(thrown)}`);
      }
    }
  }
}

/** As its owner gave it: nats.js names it nowhere but in what it was made with. */
function inboxPrefixOf(connection: NatsConnection): string | undefined {
  return (connection as { readonly options?: { readonly inboxPrefix?: string } }).options?.inboxPrefix;
}
