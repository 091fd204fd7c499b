/**
 * Computed bars on their way into the report stream: each stored exactly once, whoever is first (R1, R7).
 *
 * One bar at a time, in order: is it stored already? Then compare. Else, if the stream as it was read to its end
 * holds the bar before as its last report, commit with that end as the expected one. After a conflict, or no answer,
 * read on to the end and look again; never just try with a newer number. So a report is stored once, and the
 * server, which republishes what it stored, says it on the wire once.
 */
import { encodeReport } from "../contracts/encode.ts";
import { HASH_HEADER, type Headers, type ReportFacts, reportHeaders } from "../contracts/report-headers.ts";
import type { WindowDetail } from "../core/summary.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock, Log, Metrics, ReportStore, UnknownOutcome } from "../ports.ts";
import type { ReportTail, TailReport } from "./report-tail.ts";
import type { StoreTroubles } from "./store-troubles.ts";

/** Bars that wait before the journal is read on: nothing is dropped, reading waits. */
export const COMMITS_WAITING_MAX = 100;

/** Pause before asking a report stream again that did not answer: it may be without a leader for 8 s. */
const ASK_AGAIN_MS = 250;

interface ComputedBar {
  readonly detail: WindowDetail;
  readonly windowId: string;
  readonly firstSeq: number;
  readonly body: Uint8Array;
  readonly facts: Omit<ReportFacts, "prev">;
  /** When the frame was read that showed the bar to be over, on the monotonic clock. */
  readonly barOverAtMs: number;
}

export interface CommitsParts {
  readonly reports: ReportStore;
  readonly tail: ReportTail;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** What every report of this chain says of itself. */
  readonly chain: Pick<ReportFacts, "algorithm" | "chain" | "profile">;
  /** Bars up to this one, by the sequence of their first frame, are stored: the one before our first. */
  readonly reportedFirstSeq: number;
  /** Bars up to this one belong to the chain before. */
  readonly chainAfterFirstSeq: number;
  /** The fold began at the last report: its first bar must come out as it is stored. */
  readonly isReplay: boolean;
  /** It did not: the journal is not what it was. Nothing is committed any more. */
  readonly onOtherJournal: (text: string) => void;
  /** Resolves when nothing speaks against a commit any more: the store is the one that it was. Never rejects. */
  readonly untilSafe?: () => Promise<void>;
  /** A bar that was computed here is stored, with these headers. */
  readonly onStored: (detail: WindowDetail, headers: Headers) => void;
  readonly troubles: StoreTroubles;
  /** Too many wait, or enough of them are done. */
  readonly onFull: (isFull: boolean) => void;
}

export interface CommitCounts {
  committed: number;
  confirmed: number;
  conflicts: number;
  unknown: number;
  divergences: number;
  /** Stored by others so long before that they could not be compared. */
  passed: number;
}

/** State: the bars that wait, and the last one that is known to be stored. */
export class Commits {
  readonly counts: CommitCounts = {
    committed: 0,
    confirmed: 0,
    conflicts: 0,
    unknown: 0,
    divergences: 0,
    passed: 0,
  };
  readonly #parts: CommitsParts;
  readonly #waiting: ComputedBar[] = [];
  #reportedFirstSeq: number;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #divergedAtMs: number | undefined;
  #divergence = "";
  #missingAtMs: number | undefined;
  /** Nothing was settled yet of a fold that must compute the last report again. */
  #isFirstOfReplay: boolean;
  #unknownWhy = "";

  constructor(parts: CommitsParts) {
    this.#parts = parts;
    this.#isFirstOfReplay = parts.isReplay;
    this.#reportedFirstSeq = parts.reportedFirstSeq;
  }

  /** First sequence of the newest bar that is known to be stored. */
  get reportedFirstSeq(): number {
    return this.#reportedFirstSeq;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Since when the oldest of them waits, on the monotonic clock; undefined when none does. */
  get waitingSinceMs(): number | undefined {
    return this.#waiting[0]?.barOverAtMs;
  }

  /** The last report that differed from ours, and since when; undefined while none did. */
  get divergence(): { readonly text: string; readonly sinceMs: number } | undefined {
    return this.#divergedAtMs === undefined
      ? undefined
      : { text: this.#divergence, sinceMs: this.#divergedAtMs };
  }

  /** Since when the report stream lacks a report that it had; undefined while it is whole. */
  get missingSinceMs(): number | undefined {
    return this.#missingAtMs;
  }

  /** Why the last commit had no good answer; "" while they have. */
  get unknownWhy(): string {
    return this.#unknownWhy;
  }

  /** Queues a bar. Never blocks, never throws. */
  add(detail: WindowDetail, barOverAtMs: number): void {
    const body = encodeReport(detail.report);
    this.#parts.metrics.observe("report_bytes", body.length);
    const { firstSeq, lastSeq, replayFrom } = detail.position;
    const facts = { ...this.#parts.chain, claims: detail.claimsCount, firstSeq, lastSeq, replayFrom };
    this.#waiting.push({ detail, windowId: detail.windowId, firstSeq, body, facts, barOverAtMs });
    if (this.#waiting.length === COMMITS_WAITING_MAX) this.#parts.onFull(true);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits, or after `stop`. Never rejects. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Commits no more; a commit that is under way may still be stored. */
  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    for (let bar = this.#waiting[0]; bar !== undefined && !this.#isStopped; bar = this.#waiting[0]) {
      if (!(await this.#settle(bar))) break;
      this.#waiting.shift();
      if (this.#waiting.length === COMMITS_WAITING_MAX / 2) this.#parts.onFull(false);
    }
    this.#running = undefined;
  }

  /** Resolves true when the bar is known to be stored, false when it cannot be. */
  async #settle(bar: ComputedBar): Promise<boolean> {
    let isOurs = false;
    while (!this.#isStopped) {
      await this.#parts.untilSafe?.();
      if (this.#isStopped) return false;
      const { chain, chainAfterFirstSeq, tail } = this.#parts;
      // A new chain has begun: its bars are not compared with ours, and none of ours is stored behind it.
      if (tail.chain?.id !== chain.chain) return false;
      const stored = tail.find(bar.firstSeq);
      if (stored !== undefined) return this.#compare(bar, stored, isOurs);
      const lastFirstSeq = tail.lastOfChain?.facts.firstSeq ?? chainAfterFirstSeq;
      if (lastFirstSeq > bar.firstSeq) return this.#passed(bar);
      if (lastFirstSeq < this.#reportedFirstSeq) return this.#missing();
      if (lastFirstSeq > this.#reportedFirstSeq && !this.#unknownBar(lastFirstSeq)) return false;
      if (await this.#commit(bar)) isOurs = true;
    }
    return false;
  }

  /** True: the server said that it stored this very record. */
  async #commit(bar: ComputedBar): Promise<boolean> {
    const { clock, metrics, reports, tail } = this.#parts;
    const prev = tail.lastReport?.hash ?? "";
    const headers = reportHeaders({ ...bar.facts, prev }, bar.body);
    const { lastSeq: expectedLastSeq } = tail;
    const result = await reports.commit({ kind: "report", headers, body: bar.body }, expectedLastSeq);
    if (result.kind === "stored") {
      this.#works();
      metrics.observe("rollup_seconds", (clock.monotonicMs() - bar.barOverAtMs) / 1_000);
      await tail.until(result.seq);
      return true;
    }
    if (result.kind === "conflict") {
      this.counts.conflicts += 1;
      this.#works();
    } else await this.#noteUnknown(result);
    await this.#readToEnd();
    // A stream that went back has nothing new to decide by: it is not asked again without a pause.
    if (result.kind === "conflict" && tail.lastSeq === expectedLastSeq) await this.#pause();
    return false;
  }

  /** A server that refuses does so at once, each time: it is not asked without a pause, and its reason is told once. */
  async #noteUnknown({ refusal, why }: UnknownOutcome): Promise<void> {
    this.counts.unknown += 1;
    if (refusal !== undefined) this.#parts.troubles.refused("reports", why);
    if (why !== this.#unknownWhy)
      this.#parts.log.warn(`A report is not known to be stored, looking it up: ${why}`);
    this.#unknownWhy = why;
    await this.#pause();
  }

  #works(): void {
    this.#unknownWhy = "";
    this.#parts.troubles.works("reports");
  }

  /** The end as the server knows it now: what was stored meanwhile is read before anything is decided. */
  async #readToEnd(): Promise<void> {
    const { reports, tail } = this.#parts;
    while (!this.#isStopped) {
      try {
        const { lastSeq } = await reports.state();
        await tail.until(lastSeq);
        return;
      } catch (error) {
        if (!(error instanceof BackbeatError)) throw error;
        await this.#pause();
      }
    }
  }

  /** False: nothing may be committed behind it. */
  #compare(bar: ComputedBar, stored: TailReport, isOurs: boolean): boolean {
    const isFirst = this.#takeFirst();
    this.#reportedFirstSeq = bar.firstSeq;
    // It is stored, by whomever: the report stream takes reports.
    this.#works();
    const headers = reportHeaders({ ...bar.facts, prev: stored.facts.prev }, bar.body);
    if (headers[HASH_HEADER] === stored.hash) {
      if (isOurs) this.counts.committed += 1;
      else this.counts.confirmed += 1;
      // The first bar of a replay was stored, and told, long ago.
      if (!isFirst) this.#parts.onStored(bar.detail, headers);
      return true;
    }
    const text = `the stored report of window ${bar.windowId} is not the one that was computed here: ${differenceOf(bar, stored)}`;
    // A report that was changed afterwards says nothing of the journal.
    if (isFirst && stored.hash === stored.saidHash) return this.#otherJournal(text);
    this.#diverged(text);
    return true;
  }

  /** Whether this is the bar that a replay must compute as it is stored; only once. */
  #takeFirst(): boolean {
    const isFirst = this.#isFirstOfReplay;
    this.#isFirstOfReplay = false;
    return isFirst;
  }

  #otherJournal(text: string): false {
    this.stop();
    this.#parts.onOtherJournal(text);
    return false;
  }

  /** The store has later bars of this chain: this one is too old to be compared, or is not there. */
  #passed(bar: ComputedBar): true {
    this.#reportedFirstSeq = bar.firstSeq;
    if (!this.#parts.tail.knows(bar.firstSeq)) this.counts.passed += 1;
    else this.#diverged(`window ${bar.windowId} was computed here, and the report stream has none of it`);
    return true;
  }

  /** Between the bar before and this one the store has one that was never computed here. False: go no further. */
  #unknownBar(firstSeq: number): boolean {
    const text = `the report stream has a bar that begins at ${firstSeq}, none was computed here`;
    if (this.#takeFirst()) return this.#otherJournal(text);
    this.#reportedFirstSeq = firstSeq;
    this.#diverged(text);
    return true;
  }

  #diverged(text: string): void {
    this.counts.divergences += 1;
    this.#divergedAtMs ??= this.#parts.clock.monotonicMs();
    this.#divergence = text;
    this.#parts.log.error(`replica_divergence: ${text}`);
  }

  #missing(): false {
    if (this.#missingAtMs !== undefined) return false;
    this.#missingAtMs = this.#parts.clock.monotonicMs();
    this.#parts.log.error(
      "The report stream lacks a report that it had: nothing is committed any more; put the newer store back, or look at `backbeat journal status`, then `backbeat journal adopt`",
    );
    return false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(ASK_AGAIN_MS, resolve));
  }
}

/** For people: where the two differ. */
function differenceOf(bar: ComputedBar, stored: TailReport): string {
  const text = new TextDecoder();
  const [ours, theirs] = [text.decode(bar.body), text.decode(stored.body)];
  if (ours !== theirs) return `computed ${ours}, stored ${theirs}`;
  const { prev: _, ...facts } = stored.facts;
  return `computed from ${JSON.stringify(bar.facts)}, stored from ${JSON.stringify(facts)}`;
}
