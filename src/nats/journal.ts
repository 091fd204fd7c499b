/** The port `Journal` on a JetStream stream. */
import { BackbeatError, messageOf } from "../errors.ts";
import type { Journal, Log, ReadStart, StreamListener, StreamReading, StreamState } from "../ports.ts";
import type { NatsBus } from "./bus.ts";
import { ApiRefusal, type JetStreamApi } from "./jetstream-api.ts";
import { streamState } from "./stream-info.ts";
import { StreamReader } from "./stream-reader.ts";

export interface JournalParts {
  readonly api: JetStreamApi;
  readonly bus: NatsBus;
  readonly log: Log;
  /** Of the stream. */
  readonly name: string;
}

export class StreamJournal implements Journal {
  readonly #parts: JournalParts;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  state(): Promise<StreamState> {
    return streamState(this.#parts.api, this.#parts.name);
  }

  read(start: ReadStart, listener: StreamListener): StreamReading {
    const { api, bus, log, name: stream } = this.#parts;
    return new StreamReader({ api, bus, log, stream, start, listener });
  }

  async append(subject: string, body: Uint8Array): Promise<number> {
    const { api, name } = this.#parts;
    try {
      const { seq, stream } = await api.request<{ readonly seq: number; readonly stream: string }>(
        subject,
        body,
      );
      if (stream === name) return seq;
      throw new ApiRefusal({ code: 0, text: `${stream} stored it` });
    } catch (error) {
      if (error instanceof BackbeatError) throw error;
      if (!(error instanceof ApiRefusal))
        throw new BackbeatError("nats-unreachable", `Cannot append to ${name}: ${messageOf(error)}`, {
          cause: error,
        });
      const { code, message } = error;
      throw new BackbeatError("stream-refused", `Cannot append to ${name}: ${error.words}`, {
        data: { serverCode: code, serverText: message },
      });
    }
  }
}
