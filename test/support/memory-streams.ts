/** The two streams of a cluster in memory: what they hold can be looked at, changed, lost; commits can go wrong. */
import type { Headers } from "../../src/contracts/report-headers.ts";
import { BackbeatError } from "../../src/errors.ts";
import type {
  CommitResult,
  Journal,
  NewRecord,
  ReadStart,
  RecordKind,
  ReportStore,
  StreamFault,
  StreamListener,
  StreamMessage,
  StreamReading,
  StreamState,
} from "../../src/ports.ts";

interface Reader {
  readonly listener: StreamListener;
  nextSeq: number;
  isStopped: boolean;
  pending: number;
}

/** A stream that keeps what it is given until it is told to lose it. */
export class MemoryStream {
  /** What is kept, in order. */
  records: StreamMessage[] = [];
  readonly #id: string;
  readonly #readers = new Set<Reader>();
  #lastSeq = 0;
  #isReachable = true;

  constructor(id: string) {
    this.#id = id;
  }

  /** The next question for its state is not answered. */
  loseAnswer(): void {
    this.#isReachable = false;
  }

  /** Stores a message; who reads hears it in a turn of its own. */
  store(message: Omit<StreamMessage, "seq" | "timeMs"> & { readonly timeMs?: number }): number {
    this.#lastSeq += 1;
    this.records.push({ timeMs: 0, ...message, seq: this.#lastSeq });
    queueMicrotask(() => this.#deliver());
    return this.#lastSeq;
  }

  /** Takes a message out, as a damaged disk does. */
  lose(seq: number): void {
    this.records = this.records.filter((record) => record.seq !== seq);
  }

  /** Puts another message in the place of one. */
  change(seq: number, change: (message: StreamMessage) => StreamMessage): void {
    this.records = this.records.map((record) => (record.seq === seq ? change(record) : record));
  }

  async state(): Promise<StreamState> {
    if (!this.#isReachable) {
      this.#isReachable = true;
      throw new BackbeatError("nats-unreachable", "no answer");
    }
    const firstSeq = this.records[0]?.seq ?? this.#lastSeq + 1;
    return { id: this.#id, firstSeq, lastSeq: this.#lastSeq, bytes: 0 };
  }

  read({ seq }: ReadStart, listener: StreamListener): StreamReading {
    const reader: Reader = { listener, nextSeq: seq, isStopped: false, pending: 0 };
    this.#readers.add(reader);
    queueMicrotask(() => this.#deliver());
    return {
      backlogEndSeq: this.#lastSeq,
      get pending() {
        return reader.pending;
      },
      heardAtMs: 0,
      pause() {},
      resume() {},
      stop: () => {
        reader.isStopped = true;
        this.#readers.delete(reader);
      },
    };
  }

  #deliver(): void {
    for (const reader of [...this.#readers])
      for (const record of this.records) {
        if (reader.isStopped) break;
        if (record.seq < reader.nextSeq) continue;
        if (record.seq > reader.nextSeq) this.#break(reader, cut(record.seq));
        else {
          reader.nextSeq += 1;
          reader.pending = this.records.filter(({ seq }) => seq > record.seq).length;
          reader.listener.message(record);
        }
      }
  }

  #break(reader: Reader, fault: StreamFault): void {
    reader.isStopped = true;
    this.#readers.delete(reader);
    reader.listener.broken(fault);
  }
}

function cut(nextSeq: number): StreamFault {
  return { kind: "cut", nextSeq, text: `the stream goes on at ${nextSeq}` };
}

export class MemoryJournal extends MemoryStream implements Journal {
  constructor(id = "journal") {
    super(id);
  }

  async append(subject: string, data: Uint8Array): Promise<number> {
    return this.store({ subject, data });
  }
}

/** What the next commit meets; `lost` and `late` give no answer. */
export type Fate = "works" | "lost" | "late" | "unreachable";

export class MemoryReportStore extends MemoryStream implements ReportStore {
  readonly fates: Fate[] = [];
  /** Called before a commit is judged: another replica's chance. */
  before: () => void = () => undefined;
  readonly #subjects: { readonly commit: string; readonly chain: string };

  constructor(subjects: { readonly commit: string; readonly chain: string }) {
    super("reports");
    this.#subjects = subjects;
  }

  put({ body, headers, kind }: NewRecord): number {
    return this.store({ subject: this.#subjectOf(kind), data: body, headers: sourceOf(headers) });
  }

  async get(seq: number): Promise<StreamMessage | undefined> {
    return this.records.find((record) => record.seq === seq);
  }

  async count(kind: RecordKind): Promise<number> {
    return this.records.filter(({ subject }) => subject === this.#subjectOf(kind)).length;
  }

  async last(kind?: RecordKind): Promise<StreamMessage | undefined> {
    return this.records.findLast(({ subject }) => kind === undefined || subject === this.#subjectOf(kind));
  }

  async commit(record: NewRecord, expectedLastSeq: number): Promise<CommitResult> {
    this.before();
    const fate = this.fates.shift() ?? "works";
    if (fate === "lost") return { kind: "unknown", why: "time-out" };
    const { lastSeq } = await this.state();
    if (expectedLastSeq !== lastSeq) return { kind: "conflict" };
    const seq = this.put(record);
    if (fate === "unreachable") this.loseAnswer();
    return fate === "works" ? { kind: "stored", seq } : { kind: "unknown", why: "time-out" };
  }

  #subjectOf(kind: RecordKind): string {
    return kind === "report" ? this.#subjects.commit : this.#subjects.chain;
  }
}

/** Headers as they are read. */
export function sourceOf(headers: Headers): { get(name: string): string } {
  return { get: (name) => headers[name] ?? "" };
}
