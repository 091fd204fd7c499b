/**
 * Keeps one connection to NATS alive: connects, notices the loss, connects again, until closed. Never gives up.
 *
 * A user of the link sees whole connections: each loss ends one for good and the next is a new one, so nothing
 * can be buffered across a loss by accident. What went wrong is said once per outage and cause, not once per try.
 * Which server comes next is server-search.ts.
 */
import type { NatsConnection, Status } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { formatServer } from "./address.ts";
import type { ConnectTarget, NatsSettings } from "./connect.ts";
import { RareLine } from "./rare-line.ts";
import { type FailedTry, ServerSearch } from "./server-search.ts";

/** A server may refuse each of thousands of messages a second, with an error for each. */
const SERVER_ERROR_LINE_MS = 10_000;

/** It hangs up on a slow consumer without a word, so we cannot tell the two apart. */
const CLOSED = "the server closed the connection; it stopped or found us too slow, its log says which";

const TOLD_ADVICE =
  " (a NATS server named this address; where it cannot be reached from here, leave such out with --nats-ignore-discovered, or set client_advertise on that server)";

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
  readonly #log: Log;
  readonly #user: LinkUser;
  readonly #search: ServerSearch;
  /** Causes that were said since the link was last up. */
  readonly #said = new Set<string>();
  readonly #serverErrors = new RareLine(SERVER_ERROR_LINE_MS);
  #state: Omit<LinkState, "known"> = {};
  #closing = false;

  /** Begins to connect at once. */
  constructor(settings: NatsSettings, options: { readonly log: Log; readonly user: LinkUser }) {
    this.#log = options.log;
    this.#user = options.user;
    this.#search = new ServerSearch(settings, (failed) => this.#failed(failed));
    void this.#run();
  }

  get state(): LinkState {
    return { ...this.#state, known: this.#search.known };
  }

  /** Connects no more; a connection that is in use is left to its user to drain, and closed when it is lost. */
  stop(): void {
    this.#closing = true;
    this.#search.stop();
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const found = await this.#search.find();
      if (found !== undefined) await this.#hold(found.connection, found.server);
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
          this.#search.discover(connection.info?.connect_urls ?? [], server);
        } else if (status.type === "staleConnection") {
          resolve(lastError ?? "the server no longer answers");
        } else if (status.type === "disconnect" || status.type === "close") {
          resolve(lastError ?? CLOSED);
        }
      };
      void listen(connection, onStatus);
      void connection.closed().then((error) => resolve(lastError ?? messageOf(error ?? CLOSED)));
      this.#search.discover(connection.info?.connect_urls ?? [], server);
    });
  }

  #serverError(text: string): void {
    this.#serverErrors.say((keptBack) => this.#log.warn(`NATS says: ${text}`, { keptBack }));
  }

  #failed({ isToldOnly, thrown }: FailedTry): void {
    if (this.#closing) return;
    const failure = messageOf(thrown);
    // What is wrong with a server of the settings is the better answer.
    if (!isToldOnly || this.#state.failure === undefined) this.#state = { failure };
    if (this.#said.has(failure)) return;
    this.#said.add(failure);
    const unreachable = thrown instanceof BackbeatError && thrown.code === "nats-unreachable";
    const advice = isToldOnly ? TOLD_ADVICE : "";
    this.#log[unreachable ? "warn" : "error"](`${failure}${advice}; trying again every second`);
  }

  #lost(reason: string, server: ConnectTarget): void {
    if (this.#closing) return;
    this.#state = { failure: `Lost NATS: ${reason}` };
    this.#log.warn(`Lost NATS: ${reason}; connecting again`, { server: formatServer(server) });
  }
}

async function listen(connection: NatsConnection, onStatus: (status: Status) => void): Promise<void> {
  for await (const status of connection.status()) onStatus(status);
}
