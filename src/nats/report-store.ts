/**
 * The port `ReportStore` on a JetStream stream that republishes what it stores.
 *
 * A commit names the sequence that the whole stream must end with, and carries no message id: ids are forgotten, and
 * were seen to answer "duplicate" for what was never stored.
 */
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
import { storeAfter } from "./compare-and-set.ts";
import type { JournalParts } from "./journal.ts";
import { StoredRecords } from "./stored-records.ts";
import { StreamReader } from "./stream-reader.ts";

export interface ReportStoreParts extends JournalParts {
  readonly subjects: { readonly commit: string; readonly chain: string };
}

export class StreamReportStore implements ReportStore {
  readonly #parts: ReportStoreParts;
  readonly #records: StoredRecords;

  constructor(parts: ReportStoreParts) {
    this.#parts = parts;
    this.#records = new StoredRecords(parts.api, parts.name);
  }

  state(): Promise<StreamState> {
    return this.#records.state();
  }

  read(start: ReadStart, listener: StreamListener): StreamReading {
    const { api, bus, log, name: stream } = this.#parts;
    return new StreamReader({ api, bus, log, stream, start, listener });
  }

  get(seq: number): Promise<StreamMessage | undefined> {
    return this.#records.get(seq);
  }

  async last(kind?: RecordKind): Promise<StreamMessage | undefined> {
    if (kind !== undefined) return this.#records.lastOf(this.#subjectOf(kind));
    const { lastSeq } = await this.state();
    return lastSeq === 0 ? undefined : this.#records.get(lastSeq);
  }

  count(kind: RecordKind): Promise<number> {
    return this.#records.count(this.#subjectOf(kind));
  }

  commit({ body, headers, kind }: NewRecord, expectedLastSeq: number): Promise<CommitResult> {
    const { api, name: stream } = this.#parts;
    return storeAfter({ api, stream }, { body, headers, subject: this.#subjectOf(kind) }, expectedLastSeq);
  }

  #subjectOf(kind: RecordKind): string {
    return kind === "report" ? this.#parts.subjects.commit : this.#parts.subjects.chain;
  }
}
