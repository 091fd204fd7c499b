/**
 * The end of the report stream, as far as it was read: the newest record, the newest chain and its last reports.
 *
 * Every replica follows it: what is stored decides, whoever stored it. It stores nothing itself.
 */
import { type ChainRecord, chainIdOf, decodeChainRecord } from "../contracts/chain-record.ts";
import { type ReportFacts, readReportFacts, reportHash } from "../contracts/report-headers.ts";
import type { Log, ReportStore, StreamFault, StreamMessage, StreamReading } from "../ports.ts";

/** Reports kept for comparing: a replica that is further behind has nothing to add, and they are 3 kB each. */
const REPORTS_COMPARED_MAX = 1_000;

export interface Chain {
  readonly id: string;
  readonly record: ChainRecord;
  /** Its place in the report stream. */
  readonly seq: number;
}

/** A report as it is stored. */
export interface TailReport {
  readonly seq: number;
  readonly facts: ReportFacts;
  /** Of what is stored, computed, not as it says. */
  readonly hash: string;
  readonly body: Uint8Array;
}

export interface TailOptions {
  readonly reports: ReportStore;
  readonly subjects: { readonly commit: string; readonly chain: string };
  readonly log: Log;
  /** A chain record was read. */
  readonly onChain: () => void;
  /** The report stream cannot be read on. */
  readonly onBroken: (fault: StreamFault) => void;
}

interface Waiting {
  readonly seq: number;
  readonly resolve: () => void;
}

/** State: what was read. */
export class ReportTail {
  readonly #options: TailOptions;
  readonly #recent = new Map<number, TailReport>();
  #reading: StreamReading | undefined;
  #lastSeq = 0;
  #chain: Chain | undefined;
  #chainSeq: number | undefined;
  #lastReport: TailReport | undefined;
  #waiting: Waiting[] = [];

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Reads the stream to its end and follows it from there. @throws BackbeatError `nats-unreachable`, `stream-missing` */
  async open(): Promise<void> {
    const { reports } = this.#options;
    // In this order: what another replica stores meanwhile lies behind the place that is read from, and a report
    // that is found has its chain before it.
    const state = await reports.state();
    const report = await reports.last("report");
    const chain = await reports.last("chain");
    const first = report ?? chain;
    if (chain !== undefined) this.#takeChain(chain);
    this.#lastSeq = (first?.seq ?? state.lastSeq + 1) - 1;
    this.#reading = reports.read(
      { seq: this.#lastSeq + 1 },
      {
        message: (message) => this.#take(message),
        broken: (fault) => this.#options.onBroken(fault),
      },
    );
    await this.until(state.lastSeq);
  }

  /** Sequence of the newest record, of either kind; 0 where there is none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The newest chain; undefined where none was ever begun. */
  get chain(): Chain | undefined {
    return this.#chain;
  }

  /** The newest place of its record: the record of a long chain is repeated. */
  get chainSeq(): number | undefined {
    return this.#chainSeq;
  }

  /** The newest report, of whatever chain. */
  get lastReport(): TailReport | undefined {
    return this.#lastReport;
  }

  /** The newest report of the newest chain. */
  get lastOfChain(): TailReport | undefined {
    return this.#lastReport?.facts.chain === this.#chain?.id ? this.#lastReport : undefined;
  }

  /** A recent report of the newest chain, by the journal sequence that its bar began with. */
  find(firstSeq: number): TailReport | undefined {
    return this.#recent.get(firstSeq);
  }

  /** Whether a bar's report, if it is stored, would be among the recent ones: older ones cannot be compared any more. */
  knows(firstSeq: number): boolean {
    const [oldest] = this.#recent.keys();
    return oldest === undefined || oldest <= firstSeq;
  }

  /** Resolves when the record with that sequence was read. */
  until(seq: number): Promise<void> {
    if (this.#lastSeq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }));
  }

  /** Reads no more; who waits is let go. */
  stop(): void {
    this.#reading?.stop();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #take(message: StreamMessage): void {
    const { subjects } = this.#options;
    this.#lastSeq = message.seq;
    if (message.subject === subjects.commit) this.#takeReport(message);
    else if (message.subject === subjects.chain && message.seq !== this.#chainSeq) this.#takeChain(message);
    const reached = this.#waiting.filter(({ seq }) => seq <= message.seq);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter(({ seq }) => seq > message.seq);
    for (const { resolve } of reached) resolve();
  }

  #takeReport({ data, headers, seq }: StreamMessage): void {
    const facts = headers && readReportFacts(headers);
    if (facts === undefined || headers === undefined) {
      this.#options.log.error(
        `The report stream holds no report at sequence ${seq}: somebody else publishes on ${this.#options.subjects.commit}; allow it to reverb only`,
        { seq },
      );
      return;
    }
    // The buffer may be the client's own.
    const report = { seq, facts, hash: reportHash(headers, data), body: data.slice() };
    this.#lastReport = report;
    if (facts.chain !== this.#chain?.id) return;
    this.#recent.set(facts.firstSeq, report);
    if (this.#recent.size <= REPORTS_COMPARED_MAX) return;
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined) this.#recent.delete(oldest);
  }

  #takeChain({ data, seq }: StreamMessage): void {
    const record = decodeChainRecord(data);
    if (record === undefined) {
      this.#options.log.error(
        `The report stream holds a chain record that cannot be read, at sequence ${seq}`,
        { seq },
      );
      return;
    }
    this.#chainSeq = seq;
    const id = chainIdOf(data);
    // Repeated, so that it is not aged out before its reports: nothing begins.
    if (id === this.#chain?.id) return;
    this.#chain = { id, record, seq };
    this.#recent.clear();
    this.#options.onChain();
  }
}
