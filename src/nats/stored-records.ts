/** Records of a stream, looked up one by one: what of the port `ReportStore` only reads. */

import { REFUSAL_CODES } from "../contracts/stream-refusal.ts";
import { BackbeatError } from "../errors.ts";
import type { StreamMessage, StreamState } from "../ports.ts";
import { ApiRefusal, type JetStreamApi } from "./jetstream-api.ts";
import { parseHeaders } from "./parse-headers.ts";
import { streamState } from "./stream-info.ts";

/** A message as the API gives it. */
interface ApiMessage {
  readonly seq: number;
  readonly subject: string;
  /** Base64. */
  readonly hdrs?: string;
  readonly data?: string;
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
}

export class StoredRecords {
  readonly #api: JetStreamApi;
  /** Of the stream. */
  readonly #name: string;

  constructor(api: JetStreamApi, name: string) {
    this.#api = api;
    this.#name = name;
  }

  /** @throws BackbeatError `nats-unreachable`, `stream-missing` */
  state(): Promise<StreamState> {
    return streamState(this.#api, this.#name);
  }

  /** What stands at a place; undefined where nothing does. @throws as `state` */
  get(seq: number): Promise<StreamMessage | undefined> {
    return this.#get({ seq });
  }

  /** The newest on a subject. @throws as `state` */
  lastOf(subject: string): Promise<StreamMessage | undefined> {
    return this.#get({ last_by_subj: subject });
  }

  /** How many are kept on a subject. @throws as `state` */
  async count(subject: string): Promise<number> {
    type Info = { readonly state: { readonly subjects?: Readonly<Record<string, number>> } };
    const { state } = await this.#asked(
      this.#api.ask<Info>(`STREAM.INFO.${this.#name}`, { subjects_filter: subject }),
    );
    return state.subjects?.[subject] ?? 0;
  }

  async #get(
    which: { readonly seq: number } | { readonly last_by_subj: string },
  ): Promise<StreamMessage | undefined> {
    try {
      const { message } = await this.#asked(
        this.#api.ask<{ readonly message: ApiMessage }>(`STREAM.MSG.GET.${this.#name}`, which),
      );
      return messageFrom(message);
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === REFUSAL_CODES.messageNotFound) return undefined;
      throw error;
    }
  }

  /** A refusal in the terms of the port; that a message is not there is the caller's to judge. */
  async #asked<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code === REFUSAL_CODES.messageNotFound) throw error;
      const name = this.#name;
      if (error.code === REFUSAL_CODES.streamNotFound)
        throw new BackbeatError(
          "stream-missing",
          `Cannot read the stream ${name}: the server has none of that name`,
        );
      throw new BackbeatError("nats-unreachable", `Cannot read the stream ${name}: ${error.words}`);
    }
  }
}

function messageFrom({ data, hdrs, seq, subject, time }: ApiMessage): StreamMessage {
  return {
    seq,
    timeMs: Date.parse(time),
    subject,
    data: Buffer.from(data ?? "", "base64"),
    headers: hdrs === undefined ? undefined : parseHeaders(Buffer.from(hdrs, "base64")),
  };
}
