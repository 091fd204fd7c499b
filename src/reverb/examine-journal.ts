/**
 * Whether a journal can give the reports that come next: by what the server says of it, and by computing the last
 * report again. It reads and decides; it changes nothing.
 */
import { BackbeatError } from "../errors.ts";
import type { ChainHead, ReportStore, StreamFault, StreamState } from "../ports.ts";
import { beginOf, CHAIN_LOST, faultOf } from "./chain-verdict.ts";
import { examineHead, type HistoryLoss, lossOf } from "./lost-history.ts";
import { newestRecord } from "./newest-record.ts";
import { readRange } from "./read-range.ts";
import { compareReport, obstacleOf, ReplayFold, type ReplayParts } from "./replay.ts";
import type { Chain } from "./report-tail.ts";
import { stateOrNone } from "./state-or-none.ts";
import type { RecordSubjects, ReportRecord } from "./stored-record.ts";

export interface ExamParts extends ReplayParts {
  readonly reports: ReportStore;
  readonly subjects: ReplayParts["subjects"] & RecordSubjects;
  /** What a replica knows of the streams, where its data directory is at hand. */
  readonly head?: ChainHead | undefined;
}

export interface JournalExam {
  /** Sequence that the report stream ended with when it was looked at; undefined: it is gone, and a head knows of it. */
  readonly reportsLastSeq: number | undefined;
  /** The newest chain; undefined where none is stored. */
  readonly chain: Chain | undefined;
  /** The newest report, of whatever chain. */
  readonly lastReport: ReportRecord | undefined;
  /** Undefined: it is gone. */
  readonly journal: StreamState | undefined;
  /** Undefined: it is whole, or there is nothing yet that it must hold. */
  readonly fault: StreamFault | undefined;
  /** What the streams lack of what a replica knows; it is the fault then. Undefined: nothing, or nothing is known. */
  readonly loss: HistoryLoss | undefined;
  /** The journal gives what follows the last report, whatever else is wrong. */
  readonly isJournalWhole: boolean;
}

/** @throws BackbeatError `nats-unreachable`, `stream-missing` where there is no report stream, and no head that knows of it */
export async function examineJournal(parts: ExamParts): Promise<JournalExam> {
  const { chain, lastReport, reportsLastSeq } = await endOrNone(parts);
  const journal = await stateOrNone(parts.journal);
  const headExam = parts.head && (await examineHead(parts.head, parts));
  const loss = headExam && lossOf(headExam);
  const known = { chain, lastReport, journal };
  const journalFault = await faultOfJournal(parts, known);
  const fault = loss === undefined ? journalFault : ({ kind: "went-back", text: loss.text } as const);
  const isJournalWhole = chain !== undefined && journalFault === undefined && headExam?.journal === undefined;
  return { reportsLastSeq, ...known, fault, loss, isJournalWhole };
}

async function faultOfJournal(
  parts: ExamParts,
  { chain, journal, lastReport }: Pick<JournalExam, "chain" | "journal" | "lastReport">,
): Promise<StreamFault | undefined> {
  if (chain === undefined) return lastReport && CHAIN_LOST;
  if (chain.otherForm !== undefined) return undefined;
  if (journal === undefined) return { kind: "deleted", text: "the journal was deleted, or never made" };
  const lastOfChain = lastReport?.facts.chain === chain.id ? lastReport : undefined;
  return (
    faultOf({ journal, lastOfChain }, chain) ?? (await faultInside(parts, { chain, journal, lastOfChain }))
  );
}

interface End {
  readonly reportsLastSeq: number | undefined;
  readonly chain: Chain | undefined;
  readonly lastReport: ReportRecord | undefined;
}

async function endOrNone(parts: ExamParts): Promise<End> {
  try {
    return await endOf(parts);
  } catch (error) {
    const isMissing = error instanceof BackbeatError && error.code === "stream-missing";
    if (!isMissing || parts.head === undefined) throw error;
    return { reportsLastSeq: undefined, chain: undefined, lastReport: undefined };
  }
}

/** The end of the report stream at one moment: the state first, then what it ends with. */
async function endOf(parts: ExamParts): Promise<End> {
  for (;;) {
    const { lastSeq } = await parts.reports.state();
    const [entry, report] = [await newestRecord("chain", parts), await newestRecord("report", parts)];
    // Stored meanwhile: it is looked at again, and what comes comes at most once a bar.
    if (Math.max(entry?.seq ?? 0, report?.seq ?? 0) > lastSeq) continue;
    return { reportsLastSeq: lastSeq, chain: entry?.chain, lastReport: report };
  }
}

/** Reads what the open bar needs, and computes the last report again on the way. */
async function faultInside(
  parts: ExamParts,
  known: {
    readonly chain: Chain;
    readonly journal: StreamState;
    readonly lastOfChain: ReportRecord | undefined;
  },
): Promise<StreamFault | undefined> {
  const { chain, journal, lastOfChain } = known;
  // By another algorithm it cannot be computed here; a report that was changed says nothing of the journal.
  const isComparable =
    lastOfChain !== undefined &&
    obstacleOf(lastOfChain, { chain, journal }) === undefined &&
    lastOfChain.hash === lastOfChain.saidHash;
  const begin = beginOf(chain, lastOfChain);
  const fold = new ReplayFold(chain, begin, parts.subjects);
  let difference: string | undefined = isComparable ? "no bar begins where it began" : undefined;
  const { clock, onProgress, silenceMaxMs } = parts;
  const { seq: fromSeq } = begin.replay;
  const range = {
    fromSeq,
    toSeq: journal.lastSeq,
    clock,
    silenceMaxMs,
    onProgress: (seq: number) => onProgress?.({ what: "the journal", seq, toSeq: journal.lastSeq }),
  };
  const fault = await readRange(parts.journal, range, (message) => {
    for (const detail of fold.take(message)) {
      if (!isComparable || detail.position.firstSeq !== lastOfChain.facts.firstSeq) continue;
      const result = compareReport(lastOfChain, { chain, detail });
      difference = result.kind === "differs" ? result.differences.join("; ") : undefined;
    }
  });
  if (fault !== undefined) return fault;
  if (difference === undefined) return undefined;
  const text = `the journal holds other entries than the last report was computed from: ${difference}`;
  return { kind: "went-back", text };
}
