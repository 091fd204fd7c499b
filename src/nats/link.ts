/**
 * Keeps one connection to NATS alive: connects, notices the loss, connects again, until closed. Never gives up.
 *
 * A user of the link sees whole connections: each loss ends one for good and the next is a new one, so nothing
 * can be buffered across a loss by accident. What went wrong is said once per outage and cause, not once per try.
 */
import type { NatsConnection, Status } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { formatServer } from "./address.ts";
import { type ConnectTarget, connectOnce, type NatsSettings } from "./connect.ts";
import { RareLine } from "./rare-line.ts";
import { ServerPool } from "./server-pool.ts";

/** Time between the beginnings of two rounds over all servers; half to one and a half of it, at random. */
const RETRY_MS = 1_000;
/** After a loss the first try comes at once, but not from a whole fleet in the same millisecond. */
const RECONNECT_SPREAD_MS = 100;
/** A server may refuse each of thousands of messages a second, with an error for each. */
const SERVER_ERROR_LINE_MS = 10_000;

/** It hangs up on a slow consumer without a word, so we cannot tell the two apart. */
const CLOSED = "the server closed the connection; it stopped or found us too slow, its log says which";

export interface LinkUser {
  /** A new connection, not yet announced: subscribe here. */
  prepare(connection: NatsConnection): void;
  /** The server has what `prepare` asked for. */
  up(): void;
  /** The connection that was prepared is lost; called once for each, also when it never came up. */
  down(): void;
}

/** What a status page says about the link; without credentials. */
export interface LinkState {
  /** The server in use; undefined while there is none. */
  readonly server?: string;
  readonly serverVersion?: string;
  /** Why the last try failed or the link was lost; undefined while it is up. */
  readonly failure?: string;
  /** How many servers may be tried: those of the settings and those that a cluster named. */
  readonly known: number;
}

export class NatsLink {
  readonly #settings: NatsSettings;
  readonly #log: Log;
  readonly #user: LinkUser;
  readonly #pool: ServerPool;
  /** Causes that were said since the link was last up. */
  readonly #said = new Set<string>();
  readonly #serverErrors = new RareLine(SERVER_ERROR_LINE_MS);
  #state: Omit<LinkState, "known"> = {};
  #closing = false;
  #wake: () => void = () => undefined;

  /** Begins to connect at once. */
  constructor(settings: NatsSettings, options: { readonly log: Log; readonly user: LinkUser }) {
    this.#settings = settings;
    this.#log = options.log;
    this.#user = options.user;
    this.#pool = new ServerPool(settings.servers);
    void this.#run();
  }

  get state(): LinkState {
    return { ...this.#state, known: this.#pool.size };
  }

  /** Connects no more; a connection that is in use is left to its user to drain, and closed when it is lost. */
  stop(): void {
    this.#closing = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const notBefore = performance.now() + RETRY_MS * (0.5 + Math.random());
      await this.#round();
      await this.#pause(Math.max(notBefore - performance.now(), RECONNECT_SPREAD_MS * Math.random()));
    }
  }

  /** Tries each server once; holds the first that takes us until it is lost. */
  async #round(): Promise<void> {
    for (let tries = this.#pool.size; tries > 0 && !this.#closing; tries -= 1) {
      const server = this.#pool.next();
      if (server === undefined) return;
      const connection = await this.#try(server);
      if (connection !== undefined) {
        await this.#hold(connection, server);
        return;
      }
    }
  }

  async #try(server: ConnectTarget): Promise<NatsConnection | undefined> {
    try {
      return await connectOnce(server, this.#settings);
    } catch (thrown) {
      this.#failed(thrown);
      return undefined;
    }
  }

  async #hold(connection: NatsConnection, server: ConnectTarget): Promise<void> {
    if (this.#closing) return connection.close();
    const lost = this.#watch(connection, server);
    this.#user.prepare(connection);
    const flushed = connection.flush().then(
      () => undefined,
      () => lost,
    );
    const early = await Promise.race([flushed, lost]);
    if (early === undefined) this.#announce(connection, server);
    const reason = early ?? (await lost);
    this.#user.down();
    this.#lost(reason, server);
    // Not awaited: a connection whose socket takes no more bytes closes when the system gives it up.
    connection.close().catch(() => undefined);
  }

  #announce(connection: NatsConnection, server: ConnectTarget): void {
    const serverVersion = connection.info?.version ?? "unknown";
    this.#state = { server: formatServer(server), serverVersion };
    this.#said.clear();
    this.#log.info("Connected to NATS", { server: formatServer(server), serverVersion });
    this.#user.up();
  }

  /** Resolves with the reason when the connection is of no more use. */
  #watch(connection: NatsConnection, server: ConnectTarget): Promise<string> {
    return new Promise((resolve) => {
      let lastError: string | undefined;
      const onStatus = (status: Status) => {
        if (status.type === "error") {
          lastError = status.error.message;
          this.#serverError(status.error.message);
        } else if (status.type === "update") {
          this.#pool.discover(connection.info?.connect_urls ?? [], server);
        } else if (status.type === "staleConnection") {
          resolve(lastError ?? "the server no longer answers");
        } else if (status.type === "disconnect" || status.type === "close") {
          resolve(lastError ?? CLOSED);
        }
      };
      void listen(connection, onStatus);
      void connection.closed().then((error) => resolve(lastError ?? messageOf(error ?? CLOSED)));
      this.#pool.discover(connection.info?.connect_urls ?? [], server);
    });
  }

  #serverError(text: string): void {
    this.#serverErrors.say((keptBack) => this.#log.warn(`NATS says: ${text}`, { keptBack }));
  }

  #failed(thrown: unknown): void {
    const failure = messageOf(thrown);
    this.#state = { failure };
    if (this.#said.has(failure) || this.#closing) return;
    this.#said.add(failure);
    const unreachable = thrown instanceof BackbeatError && thrown.code === "nats-unreachable";
    this.#log[unreachable ? "warn" : "error"](`${failure}; trying again every second`);
  }

  #lost(reason: string, server: ConnectTarget): void {
    if (this.#closing) return;
    this.#state = { failure: `Lost NATS: ${reason}` };
    this.#log.warn(`Lost NATS: ${reason}; connecting again`, { server: formatServer(server) });
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function listen(connection: NatsConnection, onStatus: (status: Status) => void): Promise<void> {
  for await (const status of connection.status()) onStatus(status);
}
