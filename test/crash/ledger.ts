/**
 * The oracle of the crash tests: from what the journal holds, what the generator's log says, and where each stored
 * report says that its bar began and ended, it books every entry by itself and compares.
 *
 * It shares no code with the core. Every stored claim must fall into exactly one of counted, late and duplicate, by its
 * id; each report must count exactly what was booked for its bar. What is booked is what the journal holds, not what was
 * acknowledged: a claim whose acknowledgement was lost, or came to whoever reads the log too late, counts all the same,
 * and is sent again. The log adds that everything acknowledged stands in the journal, and what was never sent does not.
 */
import type { LogLine } from "./load.ts";

export interface ReportFacts {
  readonly windowId: string;
  readonly fromBeat: number;
  readonly toBeat: number;
  /** Place in the report stream. */
  readonly seq: number;
  /** Journal entries that opened and closed the bar. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly claims: number;
  readonly agentsReporting: number;
  readonly issues: Readonly<Record<string, number>>;
  readonly hash: string;
  readonly prev: string;
}

export type StoredEntry =
  | { readonly kind: "frame"; readonly seq: number; readonly beat: number; readonly windowId: string }
  | { readonly kind: "claim"; readonly seq: number; readonly id: number; readonly beat: number }
  | { readonly kind: "tick"; readonly seq: number };

/** A chain of reports that was begun on a journal with a history that is not its own. */
export interface ChainBegin {
  /** Entry from which it computes. */
  readonly fromSeq: number;
  /** Hash of the last report of the chain before. */
  readonly prev: string;
}

export interface LedgerOptions {
  /** Of the generator. */
  readonly agents: number;
  /** Default: the first chain, on a journal that is its own from the first entry. */
  readonly chain?: ChainBegin;
  /** Judges only what the journal held up to here, and no bar that had no report by then; default: all of it. */
  readonly upToSeq?: number;
}

export interface LedgerFigures {
  readonly reports: number;
  readonly entries: number;
  readonly claims: number;
  readonly counted: number;
  readonly late: number;
  readonly duplicate: number;
  /** In bars that are still open, or held. */
  readonly open: number;
  /** By this journal. */
  readonly acked: number;
  readonly ackedLost: number;
}

interface Booked {
  /** From 1, in order. */
  readonly number: number;
  readonly windowId: string;
  readonly openedSeq: number;
  readonly fromBeat: number;
  readonly report: ReportFacts | undefined;
  readonly agents: Set<number>;
  readonly firstHeard: number;
  frames: number;
  counted: number;
  duplicate: number;
  late: number;
}

const FAULTS_KEPT_MAX = 40;

/** State: the books. Feed the entries in order, then `finish`. */
export class Ledger {
  readonly #reports: readonly ReportFacts[];
  readonly #byWindow = new Map<string, ReportFacts>();
  readonly #options: LedgerOptions;
  readonly #bars: Booked[] = [];
  readonly #pending: { readonly id: number; readonly beat: number }[] = [];
  /** By place in the journal: the claim that stands there. */
  readonly #idAt: number[] = [];
  /** By place in the journal: the beat whose frame stands there. */
  readonly #beatAt = new Map<number, number>();
  /** By id: the bar that counted it, from 1. */
  readonly #countedIn: number[] = [];
  readonly #faults: string[] = [];
  #faultCount = 0;
  #newest = 0;
  #entries = 0;
  #claims = 0;
  #late = 0;
  #lowestId = 1;
  #highestId = 1;

  constructor(reports: readonly ReportFacts[], options: LedgerOptions) {
    this.#reports = reports;
    this.#options = options;
    for (const [at, report] of reports.entries()) {
      if (this.#byWindow.has(report.windowId)) this.#fault(`window ${report.windowId} is stored twice`);
      this.#byWindow.set(report.windowId, report);
      const before = reports[at - 1];
      if ((before?.hash ?? options.chain?.prev ?? "") !== report.prev)
        this.#fault(`the report of window ${report.windowId} does not name the one before it`);
      if (before !== undefined && report.fromBeat !== before.toBeat + 1)
        this.#fault(`beats between ${before.toBeat} and ${report.fromBeat} are in no report`);
    }
  }

  take(entry: StoredEntry): void {
    const { chain, upToSeq = Number.POSITIVE_INFINITY } = this.#options;
    if (entry.seq < (chain?.fromSeq ?? 0) || entry.seq > upToSeq) return;
    this.#entries += 1;
    if (entry.kind === "frame") this.#frame(entry);
    else if (entry.kind === "claim") this.#claim(entry);
  }

  /**
   * Compares with the log of what was acknowledged, and with the number of claims that were sent, where it is known.
   * Faults are sentences; none: everything adds up.
   */
  finish(
    log: Iterable<LogLine>,
    { sent = Number.POSITIVE_INFINITY }: { readonly sent?: number } = {},
  ): { readonly faults: readonly string[]; readonly figures: LedgerFigures } {
    // Every bar but the last is over; of what is judged before its end, those before one that has its report.
    const lastReported = this.#bars.findLast(({ report }) => report !== undefined)?.number ?? 0;
    const owedTo = this.#options.upToSeq === undefined ? this.#bars.length : lastReported;
    for (const bar of this.#bars) this.#judgeBar(bar, owedTo);
    const booked = new Set(this.#bars.map((bar) => bar.windowId));
    for (const { windowId } of this.#reports)
      if (!booked.has(windowId)) this.#fault(`window ${windowId} was reported, and no frame of it is stored`);
    this.#judgeIds(sent);
    const { acked, ackedLost } = this.#judgeAcknowledged(log);
    const sum = (of: (bar: Booked) => number) => this.#bars.reduce((total, bar) => total + of(bar), 0);
    const reported = (bar: Booked) => bar.report !== undefined;
    const counted = sum((bar) => (reported(bar) ? bar.counted : 0));
    const duplicate = sum((bar) => bar.duplicate);
    const open = this.#pending.length + sum((bar) => (reported(bar) ? 0 : bar.counted));
    if (counted + duplicate + this.#late + open !== this.#claims)
      this.#fault("the books themselves do not add up");
    const faults =
      this.#faultCount > this.#faults.length
        ? [...this.#faults, `… and ${this.#faultCount - this.#faults.length} more`]
        : this.#faults;
    const [reports, entries, claims, late] = [this.#reports.length, this.#entries, this.#claims, this.#late];
    return {
      faults,
      figures: { reports, entries, claims, counted, late, duplicate, open, acked, ackedLost },
    };
  }

  /** What stands in the journal was sent: the generator numbers its claims from 1. */
  #judgeIds(sent: number): void {
    if (this.#lowestId >= 1 && this.#highestId <= sent) return;
    for (const [seq, id] of this.#idAt.entries())
      if (id !== undefined && (id < 1 || id > sent))
        this.#fault(`claim ${id} is stored at ${seq}, and was never sent`);
  }

  /**
   * What was acknowledged stands where it was acknowledged. A journal that was made anew has places of the same names:
   * behind a frame that it holds every line of the log is its own.
   */
  #judgeAcknowledged(log: Iterable<LogLine>) {
    const { chain, upToSeq = Number.POSITIVE_INFINITY } = this.#options;
    let isOurs = chain === undefined;
    let acked = 0;
    let ackedLost = 0;
    for (const line of log) {
      if (line.kind === "frame") isOurs ||= this.#beatAt.get(line.seq) === line.beat;
      else if (isOurs && line.seq <= upToSeq) {
        acked += 1;
        if (this.#idAt[line.seq] === line.id) continue;
        ackedLost += 1;
        this.#fault(`claim ${line.id} was acknowledged at ${line.seq}, where it does not stand`);
      }
    }
    return { acked, ackedLost };
  }

  #frame({ beat, seq, windowId }: { beat: number; seq: number; windowId: string }): void {
    this.#beatAt.set(seq, beat);
    if (beat <= this.#newest) return;
    this.#newest = beat;
    let bar = this.#bars.at(-1);
    if (bar?.windowId !== windowId) {
      const report = this.#byWindow.get(windowId);
      bar = {
        number: this.#bars.length + 1,
        windowId,
        openedSeq: seq,
        fromBeat: report?.fromBeat ?? beat,
        report,
        agents: new Set(),
        firstHeard: beat,
        frames: 0,
        counted: 0,
        duplicate: 0,
        late: 0,
      };
      this.#bars.push(bar);
    }
    bar.frames += 1;
    const due = this.#pending.filter((claim) => claim.beat <= beat);
    if (due.length === 0) return;
    const rest = this.#pending.filter((claim) => claim.beat > beat);
    this.#pending.splice(0, this.#pending.length, ...rest);
    for (const claim of due) this.#book(claim, seq);
  }

  #claim({ beat, id, seq }: { beat: number; id: number; seq: number }): void {
    this.#claims += 1;
    this.#idAt[seq] = id;
    this.#lowestId = Math.min(this.#lowestId, id);
    this.#highestId = Math.max(this.#highestId, id);
    if (beat > this.#newest) this.#pending.push({ id, beat });
    else this.#book({ id, beat }, seq);
  }

  /** A claim whose beat has come, at a place in the journal. */
  #book({ beat, id }: { readonly id: number; readonly beat: number }, seq: number): void {
    const current = this.#bars.at(-1);
    const before = this.#bars.at(-2);
    const isBeforeOpen = before !== undefined && seq < closedAt(before, current);
    const holder =
      current !== undefined && beat >= current.fromBeat
        ? current
        : isBeforeOpen && beat >= before.fromBeat
          ? before
          : undefined;
    if (holder === undefined) {
      this.#late += 1;
      const oldest = isBeforeOpen ? before : current;
      if (oldest !== undefined) oldest.late += 1;
      return;
    }
    const { number } = holder;
    if (this.#countedIn[id] === number) holder.duplicate += 1;
    else {
      if (this.#countedIn[id] !== undefined) this.#fault(`claim ${id} is counted in two bars`);
      this.#countedIn[id] = number;
      holder.counted += 1;
      holder.agents.add(id % this.#options.agents);
    }
  }

  /** `owedTo`: number of the first bar that may be without a report. */
  #judgeBar(bar: Booked, owedTo: number): void {
    const { report, windowId } = bar;
    if (report === undefined) {
      if (bar.number < owedTo) this.#fault(`window ${windowId}, opened at ${bar.openedSeq}, has no report`);
      return;
    }
    // A bar that was joined midway misses nothing of what was before.
    const from = report.issues.partial_window === undefined ? report.fromBeat : bar.firstHeard;
    const beats = report.toBeat - from + 1;
    const compare = (what: string, stored: number, booked: number) => {
      if (stored !== booked) this.#fault(`window ${windowId}: ${what} ${stored} reported, ${booked} booked`);
    };
    compare("opening entry", report.firstSeq, bar.openedSeq);
    compare("claims", report.claims, bar.counted);
    compare("agents", report.agentsReporting, bar.agents.size);
    compare("duplicate claims", report.issues.duplicate_claims ?? 0, bar.duplicate);
    compare("late claims", report.issues.late_claims ?? 0, bar.late);
    compare("missed beats", report.issues.missed_beats ?? 0, beats - bar.frames);
  }

  #fault(text: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < FAULTS_KEPT_MAX) this.#faults.push(text);
  }
}

/** Where a bar closed; one that was never reported stays open until the bar after the next begins. */
function closedAt(bar: Booked, next: Booked | undefined): number {
  return bar.report?.lastSeq ?? (next === undefined ? Number.POSITIVE_INFINITY : next.openedSeq);
}
