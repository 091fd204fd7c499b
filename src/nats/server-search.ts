/**
 * Looks for a server that takes us, until one does: the servers that we trust and those that a cluster only told us
 * of are tried side by side, so that addresses which nobody reaches hold up no server that is up.
 *
 * The trusted ones begin. The others follow when all of those have failed once, or after a head start. The first that
 * takes us wins; a connection that comes too late is closed. At most two tries are under way, one of each kind.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { type ConnectTarget, connectOnce, type NatsSettings } from "./connect.ts";
import { ServerPool } from "./server-pool.ts";

/** Time between the beginnings of two passes over all servers of a kind; half to one and a half of it, at random. */
const RETRY_MS = 1_000;
/** After a loss the first try comes at once, but not from a whole fleet in the same millisecond. */
const RECONNECT_SPREAD_MS = 100;
/** A trusted server that is up has taken us by then, on the same continent; else the wait is for nothing. */
const HEAD_START_MS = 500;

/** A server that took us. */
export interface FoundServer {
  readonly connection: NatsConnection;
  readonly server: ConnectTarget;
}

export interface FailedTry {
  readonly thrown: unknown;
  /** A cluster named this address, and it has not taken us. */
  readonly isToldOnly: boolean;
}

/** One look, from its beginning to the first server that takes us. */
interface Look {
  readonly ended: AbortSignal;
  /** Takes what was found; false when the look was over already. */
  end(found?: FoundServer): boolean;
}

type Kind = "trusted" | "told";

export class ServerSearch {
  readonly #settings: NatsSettings;
  readonly #onFailed: (failed: FailedTry) => void;
  readonly #pool: ServerPool;
  #isStopped = false;
  #stopLook: () => void = () => undefined;
  /** When the next pass over the trusted servers may begin; performance.now(). */
  #notBeforeMs = 0;

  /** `onFailed` hears of each try that failed while none has taken us. */
  constructor(settings: NatsSettings, onFailed: (failed: FailedTry) => void) {
    this.#settings = settings;
    this.#onFailed = onFailed;
    this.#pool = new ServerPool(settings.servers);
  }

  /** How many servers may be tried. */
  get known(): number {
    return this.#pool.size;
  }

  /** Takes the addresses that a server named, unless the settings say not to. */
  discover(hostPorts: readonly string[], teller: ConnectTarget): void {
    if (this.#settings.ignoreDiscovered !== true) this.#pool.discover(hostPorts, teller);
  }

  /** Resolves with the first server that takes us; with undefined when it was stopped. */
  find(): Promise<FoundServer | undefined> {
    if (this.#isStopped) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const ending = new AbortController();
      const look: Look = {
        ended: ending.signal,
        end: (found) => {
          if (ending.signal.aborted) return false;
          ending.abort();
          resolve(found);
          return true;
        },
      };
      this.#stopLook = () => look.end();
      const passed = new AbortController();
      void this.#tryTrusted(look, () => passed.abort());
      void this.#tryTold(look, passed.signal);
    });
  }

  /** Ends the look that is under way; there is no other. */
  stop(): void {
    this.#isStopped = true;
    this.#stopLook();
  }

  async #tryTrusted(look: Look, onPassed: () => void): Promise<void> {
    // The very first try waits for nothing.
    const isFirst = this.#notBeforeMs === 0;
    const spreadMs = isFirst ? 0 : RECONNECT_SPREAD_MS * Math.random();
    await pause(Math.max(this.#notBeforeMs - performance.now(), spreadMs), look.ended);
    while (!look.ended.aborted) {
      this.#notBeforeMs = performance.now() + RETRY_MS * (0.5 + Math.random());
      await this.#pass("trusted", look);
      onPassed();
      await pause(this.#notBeforeMs - performance.now(), look.ended);
    }
  }

  async #tryTold(look: Look, trustedPassed: AbortSignal): Promise<void> {
    await pause(HEAD_START_MS, look.ended, trustedPassed);
    while (!look.ended.aborted) {
      const notBeforeMs = performance.now() + RETRY_MS * (0.5 + Math.random());
      await this.#pass("told", look);
      await pause(notBeforeMs - performance.now(), look.ended);
    }
  }

  /** Tries each server of a kind once, until one takes us. */
  async #pass(kind: Kind, look: Look): Promise<void> {
    const count = kind === "trusted" ? this.#pool.trustedCount : this.#pool.toldCount;
    for (let tries = count; tries > 0 && !look.ended.aborted; tries -= 1) {
      const server = kind === "trusted" ? this.#pool.nextTrusted() : this.#pool.nextTold();
      if (server === undefined) return;
      await this.#try(server, { kind, look });
    }
  }

  async #try(
    server: ConnectTarget,
    { kind, look }: { readonly kind: Kind; readonly look: Look },
  ): Promise<void> {
    try {
      const connection = await connectOnce(server, this.#settings, look.ended);
      this.#pool.tookUs(server);
      if (!look.end({ connection, server })) connection.close().catch(() => undefined);
    } catch (thrown) {
      if (look.ended.aborted) return;
      this.#pool.failed(server);
      this.#onFailed({ thrown, isToldOnly: kind === "told" });
    }
  }
}

/** Resolves after a time, or as soon as one of the signals is given. */
function pause(delayMs: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, delayMs));
    for (const signal of signals) signal.addEventListener("abort", end);
  });
}
