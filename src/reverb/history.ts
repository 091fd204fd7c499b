/**
 * The reports of a cluster, from the report stream: newest first, by page or by window.
 *
 * The stream is read backwards, a record at a time where few are asked for; where a window stands is remembered, so
 * the next page begins at once. It follows nothing and keeps no report. Chain records are passed over.
 */
import { createDecoder } from "../contracts/decode.ts";
import { HASH_HEADER, REPORT_HEADERS } from "../contracts/report-headers.ts";
import type { ReportStore, StreamMessage } from "../ports.ts";
import type { Page, PageQuery, StoredReport } from "./view.ts";

/** Places that are remembered: a year of bars of five minutes; some 100 bytes each. */
const PLACES_MAX = 100_000;

/** Records asked for at once: the server answers each in a tenth of a millisecond. */
const RECORDS_AT_ONCE = 64;

/** Most reports of one page: what is not limited otherwise. */
const PAGE_MAX = 1_000;

const HEADER_NAMES = [HASH_HEADER, ...Object.values(REPORT_HEADERS)];

/** A report with its place in the stream. */
export interface PlacedReport extends StoredReport {
  readonly seq: number;
  readonly storedAtMs: number;
  readonly body: Uint8Array;
}

/** State: where windows stand. */
export class ReportHistory {
  readonly #reports: ReportStore;
  readonly #commitSubject: string;
  readonly #decoder = createDecoder({ mode: "lenient" });
  readonly #places = new Map<string, number>();
  /** Every report between these places is remembered; 0: none was asked for yet. */
  #knownFrom = 0;
  #knownTo = 0;

  constructor(reports: ReportStore, commitSubject: string) {
    this.#reports = reports;
    this.#commitSubject = commitSubject;
  }

  /** What is older than `before`, newest first; empty where that window is not known. @throws BackbeatError `nats-unreachable`, `stream-missing` */
  async page({ before, limit = PAGE_MAX }: PageQuery): Promise<Page<PlacedReport>> {
    const { firstSeq, lastSeq } = await this.#reports.state();
    const fromSeq = before === undefined ? lastSeq : ((await this.#placeOf(before)) ?? 0) - 1;
    const items: PlacedReport[] = [];
    for await (const report of this.#backwards(fromSeq, firstSeq)) {
      if (items.length >= Math.min(limit, PAGE_MAX)) break;
      items.push(report);
    }
    return { items, total: await this.#reports.count("report") };
  }

  /** The newest report of a window, without case. @throws as `page` */
  async find(windowId: string): Promise<PlacedReport | undefined> {
    const seq = await this.#placeOf(windowId);
    const message = seq === undefined ? undefined : await this.#reports.get(seq);
    return message && this.#read(message);
  }

  /** Every report, newest first, read as far as it is iterated. @throws as `page` */
  async *newestFirst(): AsyncGenerator<PlacedReport> {
    const { firstSeq, lastSeq } = await this.#reports.state();
    yield* this.#backwards(lastSeq, firstSeq);
  }

  /** Every report from `fromSeq` down to `downToSeq`. */
  async *#backwards(fromSeq: number, downToSeq: number): AsyncGenerator<PlacedReport> {
    for (let end = fromSeq; end >= downToSeq && end > 0; end -= RECORDS_AT_ONCE) {
      const count = Math.min(RECORDS_AT_ONCE, end - Math.max(1, downToSeq) + 1);
      const seqs = Array.from({ length: count }, (_, at) => end - at);
      const messages = await Promise.all(seqs.map((seq) => this.#reports.get(seq)));
      for (const message of messages) {
        const report = message && this.#read(message);
        if (report !== undefined) yield report;
      }
    }
  }

  /** Where the newest report of a window stands: what came since is read first, then what is older. */
  async #placeOf(windowId: string): Promise<number | undefined> {
    const key = windowId.toLowerCase();
    const { firstSeq, lastSeq } = await this.#reports.state();
    if (this.#places.size > PLACES_MAX || this.#knownFrom > lastSeq + 1) this.#forget(lastSeq);
    if (this.#knownFrom === 0) this.#forget(lastSeq);
    for await (const report of this.#backwards(lastSeq, this.#knownTo + 1)) this.#remember(report);
    this.#knownTo = lastSeq;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    for await (const report of this.#backwards(this.#knownFrom - 1, firstSeq)) {
      this.#knownFrom = report.seq;
      this.#remember(report);
      if (report.report.window_id.toLowerCase() === key) return report.seq;
    }
    return undefined;
  }

  /** Nothing is known any more but where to begin. */
  #forget(lastSeq: number): void {
    this.#places.clear();
    this.#knownFrom = lastSeq + 1;
    this.#knownTo = lastSeq;
  }

  #read({ data, headers, seq, subject, timeMs }: StreamMessage): PlacedReport | undefined {
    if (subject !== this.#commitSubject) return undefined;
    const report = this.#decoder.report(data);
    if (!("window_id" in report)) return undefined;
    const given = HEADER_NAMES.map((name) => [name, headers?.get(name) ?? ""] as const);
    return {
      report,
      seq,
      storedAtMs: timeMs,
      body: data,
      headers: Object.fromEntries(given.filter(([, value]) => value !== "")),
    };
  }

  #remember({ report, seq }: PlacedReport): void {
    const key = report.window_id.toLowerCase();
    if ((this.#places.get(key) ?? 0) < seq) this.#places.set(key, seq);
  }
}
