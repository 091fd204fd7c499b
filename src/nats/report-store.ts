/**
 * The port `ReportStore` on a JetStream stream that republishes what it stores.
 *
 * A commit names the sequence that the whole stream must end with, and carries no message id: ids are forgotten, and
 * were seen to answer "duplicate" for what was never stored.
 */
import { BackbeatError, messageOf } from "../errors.ts";
import type {
  CommitResult,
  NewRecord,
  ReadStart,
  RecordKind,
  ReportStore,
  StreamListener,
  StreamMessage,
  StreamReading,
  StreamState,
} from "../ports.ts";
import { API_CODES, ApiRefusal } from "./jetstream-api.ts";
import type { JournalParts } from "./journal.ts";
import { parseHeaders } from "./parse-headers.ts";
import { streamState } from "./stream-info.ts";
import { StreamReader } from "./stream-reader.ts";

export interface ReportStoreParts extends JournalParts {
  readonly subjects: { readonly commit: string; readonly chain: string };
}

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

export class StreamReportStore implements ReportStore {
  readonly #parts: ReportStoreParts;

  constructor(parts: ReportStoreParts) {
    this.#parts = parts;
  }

  state(): Promise<StreamState> {
    return streamState(this.#parts.api, this.#parts.name);
  }

  read(start: ReadStart, listener: StreamListener): StreamReading {
    const { bus, log, name: stream } = this.#parts;
    return new StreamReader({ bus, log, stream, start, listener });
  }

  get(seq: number): Promise<StreamMessage | undefined> {
    return this.#get({ seq });
  }

  async last(kind?: RecordKind): Promise<StreamMessage | undefined> {
    if (kind !== undefined) return this.#get({ last_by_subj: this.#subjectOf(kind) });
    const { lastSeq } = await this.state();
    return lastSeq === 0 ? undefined : this.#get({ seq: lastSeq });
  }

  async count(kind: RecordKind): Promise<number> {
    const subject = this.#subjectOf(kind);
    const { state } = await this.#asked(
      this.#parts.api.ask<{ readonly state: { readonly subjects?: Readonly<Record<string, number>> } }>(
        `STREAM.INFO.${this.#parts.name}`,
        { subjects_filter: subject },
      ),
    );
    return state.subjects?.[subject] ?? 0;
  }

  async commit({ body, headers, kind }: NewRecord, expectedLastSeq: number): Promise<CommitResult> {
    try {
      const { seq } = await this.#parts.api.request<{ readonly seq: number }>(this.#subjectOf(kind), body, {
        headers: { ...headers, "Nats-Expected-Last-Sequence": String(expectedLastSeq) },
      });
      return { kind: "stored", seq };
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === API_CODES.wrongLastSequence)
        return { kind: "conflict" };
      return { kind: "unknown", why: messageOf(error) };
    }
  }

  #subjectOf(kind: RecordKind): string {
    return kind === "report" ? this.#parts.subjects.commit : this.#parts.subjects.chain;
  }

  async #get(
    which: { readonly seq: number } | { readonly last_by_subj: string },
  ): Promise<StreamMessage | undefined> {
    const { api, name } = this.#parts;
    try {
      const { message } = await this.#asked(
        api.ask<{ readonly message: ApiMessage }>(`STREAM.MSG.GET.${name}`, which),
      );
      return messageFrom(message);
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === API_CODES.messageNotFound) return undefined;
      throw error;
    }
  }

  /** A refusal in the terms of the port; that a message is not there is the caller's to judge. */
  async #asked<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code === API_CODES.messageNotFound) throw error;
      const { name } = this.#parts;
      if (error.code === API_CODES.streamNotFound)
        throw new BackbeatError(
          "stream-missing",
          `Cannot read the stream ${name}: the server has none of that name`,
        );
      throw new BackbeatError("nats-unreachable", `Cannot read the stream ${name}: ${error.message}`);
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
