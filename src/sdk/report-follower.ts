/**
 * Reports in order and without holes: what the wire missed is read from the report stream, where there is one.
 *
 * A report is republished at most once, and a link may be down just then. Whoever listens hands each message in; what
 * comes out is every report that was stored since the first one, in order, each once. Without a reader, or where it
 * cannot read, what was heard comes out as it came. What is missing is decided in core/report-trail.ts.
 */
import { type HeaderSource, type ReportLinks, readReportLinks } from "../contracts/report-headers.ts";
import { type FilledHole, HoleSearch, ReportTrail } from "../core/report-trail.ts";
import { messageOf } from "../errors.ts";
import type { ReportStore, StreamMessage } from "../ports.ts";

/** What is needed of the report stream. */
export type ReportReader = Pick<ReportStore, "state" | "get">;

/** A report as it was sent or stored. */
export interface FollowedReport {
  readonly data: Uint8Array;
  readonly headers?: HeaderSource | undefined;
}

export interface FollowerOptions {
  /** Undefined: what is missing stays missing. */
  readonly reader: ReportReader | undefined;
  /** Subject under which the stream holds reports; other records are none. */
  readonly commitSubject: string;
  /** In order. Must not throw. */
  readonly onReport: (report: FollowedReport) => void;
  /** Reports of a hole are about to come. Must not throw. */
  readonly onHole: (
    hole: Pick<FilledHole<unknown>, "missed" | "isCounted"> & { readonly filled: number },
  ) => void;
  /** At least one report is missing and cannot be brought out. Must not throw. */
  readonly onMissing?: () => void;
  /** A hole could not be looked into; what was heard comes all the same. */
  readonly onUnreadable: (why: string) => void;
}

/** Holes are of one or two reports as a rule, and each record is a question to the server. */
const RECORDS_FIRST = 8;
const RECORDS_AT_ONCE = 64;

/** Reports that wait while the stream is read. One that finds no room is a hole, and is filled as such. */
const WAITING_MAX = 256;

type Waiting = FollowedReport | "look at the end";

/** State: the trail, and what waits while the stream is read. */
export class ReportFollower {
  readonly #options: FollowerOptions;
  readonly #trail = new ReportTrail();
  readonly #waiting: Waiting[] = [];
  #isTaking = false;
  #isStopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** A message on the report subject. Comes out in this turn where nothing is missing. */
  heard({ data, headers }: FollowedReport): void {
    if (!this.#isTaking) void this.#take({ data, headers });
    // The client may use its buffers again.
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push({ data: data.slice(), headers });
  }

  /** The link was away: looks whether reports were stored meanwhile. */
  lookAtEnd(): void {
    if (this.#options.reader === undefined || this.#trail.last === undefined) return;
    if (!this.#isTaking) void this.#take("look at the end");
    else if (!this.#waiting.includes("look at the end")) this.#waiting.push("look at the end");
  }

  /** Nothing comes out any more. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
  }

  /** Takes it, and then what came while the stream was read. Without a hole all of it happens in this turn. */
  async #take(first: Waiting): Promise<void> {
    this.#isTaking = true;
    let next: Waiting | undefined = first;
    while (next !== undefined && !this.#isStopped) {
      if (next === "look at the end") await this.#fill(undefined);
      else {
        const links: ReportLinks | undefined = next.headers && readReportLinks(next.headers, next.data);
        const verdict = this.#trail.judge(links);
        if (verdict === "hole" && links !== undefined && this.#options.reader === undefined)
          this.#options.onMissing?.();
        else if (verdict === "hole" && links !== undefined) {
          next = { data: next.data.slice(), headers: next.headers };
          await this.#fill(links.hash);
        }
        if (verdict !== "filled") this.#show(next, verdict === "seen" ? undefined : links);
      }
      next = this.#waiting.shift();
    }
    this.#isTaking = false;
  }

  #show(report: FollowedReport, links: ReportLinks | undefined): void {
    if (this.#isStopped) return;
    if (links !== undefined) this.#trail.take(links.hash, "heard");
    this.#options.onReport(report);
  }

  /** Brings out what lies between the last report and `before`. Never rejects. */
  async #fill(before: string | undefined): Promise<void> {
    const { onHole, onMissing, onReport, onUnreadable, reader } = this.#options;
    if (reader === undefined) return;
    try {
      const { isCounted, missed, reports } = await this.#search(reader, before);
      if (this.#isStopped) return;
      if (missed === 0) {
        // Of a hole that was heard of, the stream keeps nothing any more.
        if (before !== undefined) onMissing?.();
        return;
      }
      onHole({ filled: reports.length, missed, isCounted });
      for (const { hash, record } of reports) {
        this.#trail.take(hash, "filled");
        if (!this.#isStopped) onReport(record);
      }
    } catch (error) {
      if (this.#isStopped) return;
      if (before !== undefined) onMissing?.();
      onUnreadable(messageOf(error));
    }
  }

  async #search(reader: ReportReader, before: string | undefined): Promise<FilledHole<StreamMessage>> {
    const { firstSeq, lastSeq } = await reader.state();
    const search = new HoleSearch<StreamMessage>(this.#trail, before);
    let end = lastSeq;
    let size = RECORDS_FIRST;
    while (end >= Math.max(1, firstSeq) && !this.#isStopped) {
      const count = Math.min(size, end - Math.max(1, firstSeq) + 1);
      const records = await Promise.all(Array.from({ length: count }, (_, at) => reader.get(end - at)));
      for (const record of records)
        if (record !== undefined && !search.take({ record, links: this.#linksOf(record) }))
          return search.result({ isWhole: false });
      end -= count;
      size = RECORDS_AT_ONCE;
    }
    return search.result({ isWhole: true });
  }

  #linksOf({ data, headers, subject }: StreamMessage): ReportLinks | undefined {
    if (subject !== this.#options.commitSubject || headers === undefined) return undefined;
    return readReportLinks(headers, data);
  }
}
