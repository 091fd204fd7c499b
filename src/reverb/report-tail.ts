/**
 * The end of the report stream, as far as it was read: the newest record, the newest chain and its last reports.
 *
 * Every replica follows it: what is stored decides, whoever stored it. It stores nothing itself.
 */
import type { ChainRecord } from "../contracts/chain-record.ts";
import type { ReportFacts } from "../contracts/report-headers.ts";
import type { Log, ReadFailure, ReportStore, StreamFault, StreamMessage, StreamReading } from "../ports.ts";
import { newestRecord } from "./newest-record.ts";
import { type ChainEntry, type ReportRecord, readRecord } from "./stored-record.ts";

/** Reports kept for comparing: a replica that is further behind has nothing to add, and they are 3 kB each. */
const REPORTS_COMPARED_MAX = 1_000;

export interface Chain {
  readonly id: string;
  readonly record: ChainRecord;
  /** Its place in the report stream. */
  readonly seq: number;
  /** It is written in this form, which this program cannot read. */
  readonly otherForm?: string;
}

/** A report as it is stored. */
export interface TailReport {
  readonly seq: number;
  readonly facts: ReportFacts;
  /** Of what is stored, computed, not as it says. */
  readonly hash: string;
  /** As it says. */
  readonly saidHash: string;
  readonly body: Uint8Array;
}

export interface TailOptions {
  readonly reports: ReportStore;
  readonly subjects: { readonly commit: string; readonly chain: string };
  readonly log: Log;
  /** A chain record was read. */
  readonly onChain: () => void;
  /** A record was read, of the chain that `chain` is by then. */
  readonly onRecord?: (record: ReportRecord | ChainEntry) => void;
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
  #isOver = false;
  /** Sequences before the next record are empty: its link to the one before shows whether one is missing. */
  #isBehindHole = false;

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Reads the stream to its end and follows it from there. @throws BackbeatError `nats-unreachable`, `stream-missing` */
  async open(): Promise<void> {
    const { reports } = this.#options;
    // In this order: what another replica stores meanwhile lies behind the place that is read from, and a report
    // that is found has its chain before it.
    const state = await reports.state();
    const report = await newestRecord("report", this.#options);
    const chain = await newestRecord("chain", this.#options);
    if (chain !== undefined) this.#takeChain(chain);
    this.#lastSeq = ((report ?? chain)?.seq ?? state.lastSeq + 1) - 1;
    if (this.#isOver) return;
    this.#reading = reports.read(
      { seq: this.#lastSeq + 1 },
      {
        message: (message) => this.#take(message),
        hole: () => {
          this.#isBehindHole = true;
          return true;
        },
        broken: (fault) => this.#break(fault),
      },
    );
    await this.until(state.lastSeq);
  }

  /** Sequence of the newest record, of either kind; 0 where there is none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Why it is not read now; undefined while it is. */
  get readFailure(): ReadFailure | undefined {
    return this.#reading?.failure;
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

  /** Resolves when the record with that sequence was read, or nothing is read any more. */
  until(seq: number): Promise<void> {
    if (this.#lastSeq >= seq || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }));
  }

  /** Reads no more; who waits is let go. */
  stop(): void {
    this.#isOver = true;
    this.#reading?.stop();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #break(fault: StreamFault): void {
    this.#options.onBroken(fault);
    this.stop();
  }

  #take(message: StreamMessage): void {
    const { log, subjects } = this.#options;
    this.#lastSeq = message.seq;
    const record = readRecord(message, subjects);
    if (record.kind === "report") this.#takeReport(record);
    else if (record.kind === "chain") this.#takeChain(record);
    if (record.kind !== "unreadable") this.#options.onRecord?.(record);
    else
      log.error(
        `The report stream holds no ${record.of} at sequence ${message.seq}: somebody else publishes on ${message.subject}; allow it to reverb only`,
        { seq: message.seq },
      );
    const reached = this.#waiting.filter(({ seq }) => seq <= message.seq);
    if (reached.length === 0) return;
    this.#waiting = this.#waiting.filter(({ seq }) => seq > message.seq);
    for (const { resolve } of reached) resolve();
  }

  #takeReport(report: ReportRecord): void {
    const isLinked = this.#lastReport === undefined || report.facts.prev === this.#lastReport.hash;
    if (this.#isBehindHole && !isLinked) {
      const text = `the report stream lacks a report before sequence ${report.seq}, where it has a hole`;
      this.#break({ kind: "cut", nextSeq: report.seq, text });
      return;
    }
    this.#isBehindHole = false;
    this.#lastReport = report;
    if (report.facts.chain !== this.#chain?.id) return;
    this.#recent.set(report.facts.firstSeq, report);
    if (this.#recent.size <= REPORTS_COMPARED_MAX) return;
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined) this.#recent.delete(oldest);
  }

  #takeChain({ chain, seq }: ChainEntry): void {
    this.#chainSeq = seq;
    // Repeated, so that it is not aged out before its reports: nothing begins.
    if (chain.id === this.#chain?.id) return;
    this.#chain = chain;
    this.#recent.clear();
    this.#options.onChain();
  }
}
