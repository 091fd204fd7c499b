/**
 * Whether a stream that our JetStream does not show keeps what is published on a subject of the cluster.
 *
 * A leafnode passes messages on to its hub and acknowledgements back, and keeps `$JS.API` to itself: a journal in the
 * hub's JetStream takes every claim that is published here, while the server says that there is none. What is published
 * to find out names a sequence that no stream ends with, so that a stream answers and stores nothing.
 */

import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import { encodeTick, NO_WINDOW_ID } from "../contracts/tick.ts";
import { BackbeatError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { ApiRefusal, type JetStreamApi, NoAnswer, NobodyThere, NotAllowed } from "./jetstream-api.ts";
import { streamInfo } from "./stream-info.ts";

/** A hub on another continent answers in half of it; where somebody listens and no stream does, it is waited for. */
const ANSWER_TIMEOUT_MS = 2_000;

/** No stream will ever end there: what expects it must be refused. */
export const IMPOSSIBLE_SEQ = String(Number.MAX_SAFE_INTEGER);

/** A stream that is kept elsewhere. */
export interface StreamBeyond {
  readonly stream: string;
  /** Undefined where its JetStream has none, or it did not tell. */
  readonly domain: string | undefined;
}

export interface BeyondParts {
  readonly api: JetStreamApi;
  readonly log: Log;
}

/** State: the subjects on which this user may not publish, which are not tried again, and the journal that was found. */
export class BeyondProbe {
  readonly #parts: BeyondParts;
  readonly #forbidden = new Set<string>();
  #found: StreamBeyond | undefined;

  constructor(parts: BeyondParts) {
    this.#parts = parts;
  }

  /**
   * The stream that takes ticks and is not one of our JetStream; undefined where none does, or this user may not
   * publish ticks. @throws BackbeatError `nats-unreachable` when the link is lost
   */
  async journal({ tick }: { readonly tick: string }): Promise<StreamBeyond | undefined> {
    const body = encodeTick(NO_WINDOW_ID, { node: "nobody" });
    const stream = await this.#streamOn(tick, body);
    if (stream === undefined) return undefined;
    if (this.#found?.stream !== stream) this.#found = { stream, domain: await this.#domainOn(tick, body) };
    return this.#found;
  }

  /** The same for the lease of the pulses; what names no sequence would be stored there, so the domain is not asked for. */
  async lease({ lease }: { readonly lease: string }): Promise<StreamBeyond | undefined> {
    const stream = await this.#streamOn(lease, new Uint8Array(0));
    return stream === undefined ? undefined : { stream, domain: undefined };
  }

  async #streamOn(subject: string, body: Uint8Array): Promise<string | undefined> {
    const stream = await this.#refusing(subject, body);
    return stream === undefined || (await this.#isOurs(stream)) ? undefined : stream;
  }

  /** The stream that refuses to store what cannot be stored. */
  async #refusing(subject: string, body: Uint8Array): Promise<string | undefined> {
    if (this.#forbidden.has(subject)) return undefined;
    try {
      const { stream } = await this.#parts.api.request<{ readonly stream?: string }>(subject, body, {
        headers: { "Nats-Expected-Last-Sequence": IMPOSSIBLE_SEQ },
        timeoutMs: ANSWER_TIMEOUT_MS,
      });
      return stream;
    } catch (error) {
      // It may refuse for another reason: it is there all the same.
      if (error instanceof ApiRefusal) return error.stream;
      if (error instanceof NobodyThere || (error instanceof NoAnswer && error.isLate)) return undefined;
      if (!(error instanceof NotAllowed)) throw error;
      this.#forbidden.add(subject);
      this.#parts.log.warn(
        `Cannot look for a journal beyond this server: this user may not publish on ${subject}; allow it, or make sure that no leafnode of this server leads to one`,
      );
      return undefined;
    }
  }

  /** Whether our JetStream shows it. */
  async #isOurs(stream: string): Promise<boolean> {
    try {
      await streamInfo(this.#parts.api, stream);
      return true;
    } catch (error) {
      if (error instanceof BackbeatError && error.code === "stream-missing") return false;
      if (error instanceof NobodyThere || error instanceof NotAllowed) return false;
      if (!(error instanceof ApiRefusal)) throw error;
      return error.code !== REFUSAL_CODES.off && error.code !== REFUSAL_CODES.offForAccount;
    }
  }

  /** Only what is stored is acknowledged with the domain: one tick that every fold ignores. */
  async #domainOn(subject: string, body: Uint8Array): Promise<string | undefined> {
    try {
      const { domain } = await this.#parts.api.request<{ readonly domain?: string }>(subject, body);
      return domain;
    } catch {
      return undefined;
    }
  }
}

/** What an operator does about it. */
export function adviceOn({ domain }: StreamBeyond): string {
  return domain === undefined
    ? "name its JetStream with --js-domain NAME; one without a domain needs `domain` in the jetstream block of its server, or connect there with --nats"
    : `use --js-domain ${domain}`;
}

/** What is said of a journal that must not be reported beside. */
export function beyondText({ domain, stream }: StreamBeyond, api: JetStreamApi): string {
  const where = domain === undefined ? "in another JetStream" : `in the JetStream domain ${domain}`;
  return `the stream ${stream} ${where} takes what is published here, and ${api.subjectOf("")}> does not show it`;
}
