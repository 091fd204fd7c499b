/**
 * The API of JetStream: requests and answers in JSON on `$JS.API.…`, over the connection of the bus.
 *
 * Only what nats-server 2.9 knows is asked for. A lost link, no answer in time and nobody there are one thing to
 * the asker: it is not known, ask again. What the server refuses is told with its code.
 */
import { errors, type MsgHdrs, type NatsConnection, headers as newHeaders } from "@nats-io/transport-node";
import { refusalIn } from "../contracts/stream-ack.ts";
import { refusalWords, type StreamRefusal } from "../contracts/stream-refusal.ts";
import { BackbeatError, messageOf } from "../errors.ts";
import type { UnknownOutcome } from "../ports.ts";

/** A stream of three replicas may be without a leader for 8 s; who asks again is told no later. */
const ANSWER_TIMEOUT_MS = 3_000;

export { REFUSAL_CODES as API_CODES } from "../contracts/stream-refusal.ts";

/** A refusal of the server. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  /** 0 where the server gave none. */
  readonly code: number;

  constructor({ code, text }: StreamRefusal) {
    super(text);
    this.code = code;
  }

  get refusal(): StreamRefusal {
    return { code: this.code, text: this.message };
  }

  /** The server's words and what to do. */
  get words(): string {
    return refusalWords(this.refusal);
  }
}

/** What a write came to that was not stored for certain, nor refused for its sequence. */
export function unknownOutcome(error: unknown): UnknownOutcome {
  if (!(error instanceof ApiRefusal)) return { kind: "unknown", why: messageOf(error) };
  return { kind: "unknown", why: error.words, refusal: error.refusal };
}

interface Answer {
  readonly error?: unknown;
}

/** What is said when nobody listens on a subject of the API. */
export class NobodyThere extends BackbeatError {
  constructor(subject: string) {
    super("nats-unreachable", `Cannot ask ${subject}: nobody answers there`);
  }
}

/** What is said when the server does not let this user ask. */
export class NotAllowed extends BackbeatError {
  constructor(subject: string) {
    super(
      "nats-unreachable",
      `Cannot ask ${subject}: this user may not publish there; allow it in the server`,
    );
  }
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Where the connection of the moment is found: another one after each loss, none meanwhile. */
export interface ConnectionSource {
  readonly connection: NatsConnection | undefined;
}

/** Asks on the bus's connection of the moment. */
export class JetStreamApi {
  readonly #bus: ConnectionSource;

  constructor(bus: ConnectionSource) {
    this.#bus = bus;
  }

  get connection(): NatsConnection | undefined {
    return this.#bus.connection;
  }

  /** Whether the server that we are connected to says that it has JetStream; undefined while there is none. */
  get serverHasJetStream(): boolean | undefined {
    const { connection } = this;
    return connection === undefined ? undefined : connection.info?.jetstream === true;
  }

  /** Asks the API, such as `STREAM.INFO.x`. @throws ApiRefusal, BackbeatError `nats-unreachable` */
  ask<T>(path: string, body?: object): Promise<T> {
    return this.request<T>(
      `$JS.API.${path}`,
      new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    );
  }

  /** Publishes where a stream listens; the answer says where it was stored. @throws as `ask` */
  async request<T>(subject: string, body: Uint8Array, options: RequestOptions = {}): Promise<T> {
    const answer = await this.#answer(subject, body, options);
    let read: (T & Answer) | null;
    try {
      read = JSON.parse(new TextDecoder().decode(answer)) as (T & Answer) | null;
    } catch (cause) {
      throw new ApiRefusal({ code: 0, text: `the answer is not JSON: ${messageOf(cause)}` });
    }
    if (read === null) throw new ApiRefusal({ code: 0, text: "the answer is empty" });
    const refusal = refusalIn(read.error);
    if (refusal === undefined) return read;
    throw new ApiRefusal(refusal);
  }

  async #answer(
    subject: string,
    body: Uint8Array,
    { headers, timeoutMs }: RequestOptions,
  ): Promise<Uint8Array> {
    const { connection } = this;
    if (connection === undefined)
      throw new BackbeatError("nats-unreachable", `Cannot ask ${subject}: not connected`);
    try {
      const answer = await connection.request(subject, body, {
        timeout: timeoutMs ?? ANSWER_TIMEOUT_MS,
        ...(headers === undefined ? {} : { headers: messageHeaders(headers) }),
      });
      return answer.data;
    } catch (cause) {
      if (cause instanceof errors.RequestError && cause.cause instanceof errors.PermissionViolationError)
        throw new NotAllowed(subject);
      if (cause instanceof errors.NoRespondersError || cause instanceof errors.RequestError)
        throw new NobodyThere(subject);
      throw new BackbeatError("nats-unreachable", `Cannot ask ${subject}: ${messageOf(cause)}`, { cause });
    }
  }
}

function messageHeaders(headers: Readonly<Record<string, string>>): MsgHdrs {
  const made = newHeaders();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  return made;
}
