/**
 * Whether the streams still hold what a replica knows of them: it reads and compares, and changes nothing (R1).
 *
 * A store that was replaced by an older copy looks whole by itself. What gives it away is a record, or an entry,
 * that a replica has seen stored: it lies beyond the end, or another one stands in its place. What retention has
 * dropped at the front is no fault. A chain that was adopted ends it, see given-up.ts.
 */
import type { LostHistory } from "../contracts/chain-record.ts";
import { BackbeatError } from "../errors.ts";
import type {
  ChainHead,
  Clock,
  Journal,
  KnownEntry,
  ReportStore,
  StreamMessage,
  StreamState,
} from "../ports.ts";
import { barOf } from "./find-report.ts";
import { isGivenUp } from "./given-up.ts";
import { newestRecord } from "./newest-record.ts";
import { readRange } from "./read-range.ts";
import type { Chain } from "./report-tail.ts";
import { stateOrNone } from "./state-or-none.ts";
import { type RecordSubjects, type ReportRecord, readRecord } from "./stored-record.ts";

export interface HeadParts {
  readonly reports: Pick<ReportStore, "get" | "last" | "state">;
  readonly journal: Pick<Journal, "read" | "state">;
  readonly subjects: RecordSubjects;
  readonly clock: Clock;
  /** Given up when nothing came for so long. */
  readonly silenceMaxMs: number;
}

export interface HistoryLoss {
  /** Where it shows first: one cause is one alarm. */
  readonly of: "reports" | "journal";
  /** What is observed, and what was expected. */
  readonly text: string;
  /** What is gone, as far as it is known. */
  readonly lost: LostHistory;
}

export interface HeadExam {
  /** What the replica knows was given up by the running chain: it counts no more. */
  readonly isGivenUp: boolean;
  readonly reports?: HistoryLoss;
  readonly journal?: HistoryLoss;
}

/** @throws BackbeatError `nats-unreachable`, `journal-refused` */
export async function examineHead(head: ChainHead, parts: HeadParts): Promise<HeadExam> {
  const found = await reportsOf(parts);
  if (found?.chain !== undefined && isGivenUp(head, found.chain)) return { isGivenUp: true };
  const reports = await reportsLoss(head, { parts, found });
  const journal = head.entry && (await journalLoss(head.entry, parts));
  return { isGivenUp: false, ...(reports && { reports }), ...(journal && { journal }) };
}

/** The one thing to tell: where both streams went back it is one cause. */
export function lossOf({ journal, reports }: HeadExam): HistoryLoss | undefined {
  const first = reports ?? journal;
  return first && { ...first, lost: { ...reports?.lost, ...journal?.lost } };
}

interface FoundReports {
  readonly state: StreamState;
  readonly chain: Chain | undefined;
  readonly report: ReportRecord | undefined;
}

/** Undefined: the stream is gone. */
async function reportsOf(parts: HeadParts): Promise<FoundReports | undefined> {
  try {
    const state = await parts.reports.state();
    const [entry, report] = [await newestRecord("chain", parts), await newestRecord("report", parts)];
    return { state, chain: entry?.chain, report };
  } catch (error) {
    if (error instanceof BackbeatError && error.code === "stream-missing") return undefined;
    throw error;
  }
}

async function reportsLoss(
  head: ChainHead,
  { found, parts }: { readonly parts: HeadParts; readonly found: FoundReports | undefined },
): Promise<HistoryLoss | undefined> {
  const { hash, seq } = head.record;
  const known = `this replica knows record ${seq}`;
  const loss = (observed: string): HistoryLoss => ({
    of: "reports",
    text: `the report stream is not what it was: ${observed}, ${known}${reportText(head)}`,
    lost: lostReports(head, found),
  });
  if (found === undefined) return loss("it was deleted");
  const { chain, state } = found;
  if (state.lastSeq < seq) return loss(`it ends at record ${state.lastSeq}`);
  if (chain === undefined) return loss("it holds no chain of reports");
  // Retention drops the oldest, and the record of the running chain is kept.
  if (state.firstSeq > seq) return undefined;
  const message = await parts.reports.get(seq);
  if (message === undefined) return loss("nothing stands at that place");
  return hashOf(message, parts.subjects) === hash ? undefined : loss("another record stands at that place");
}

function hashOf(message: StreamMessage, subjects: RecordSubjects): string | undefined {
  const record = readRecord(message, subjects);
  if (record.kind === "unreadable") return undefined;
  return record.kind === "chain" ? record.chain.id : record.hash;
}

function reportText({ report }: ChainHead): string {
  return report === undefined ? "" : `, and reports up to beat ${report.toBeat} (window ${report.windowId})`;
}

function lostReports(head: ChainHead, found: FoundReports | undefined): LostHistory {
  const { chains, record, report } = head;
  const lastSeq = found?.state.lastSeq ?? 0;
  // What grew again since, or began anew, says nothing of where the loss begins.
  const isCutOnly = found?.chain !== undefined && chains.includes(found.chain.id) && lastSeq < record.seq;
  const records = { ...(isCutOnly ? { from_record: lastSeq + 1 } : {}), to_record: record.seq };
  const storedTo = isCutOnly && found.report !== undefined ? barOf(found.report)?.toBeat : undefined;
  if (report === undefined || (storedTo !== undefined && storedTo >= report.toBeat)) return records;
  return {
    ...(storedTo === undefined ? {} : { from_beat: storedTo + 1 }),
    to_beat: report.toBeat,
    ...records,
  };
}

async function journalLoss(known: KnownEntry, parts: HeadParts): Promise<HistoryLoss | undefined> {
  const state = await stateOrNone(parts.journal);
  // Another journal, or none: that shows in what the server says of it, with or without a head.
  if (state === undefined || state.id !== known.journalId || state.firstSeq > known.seq) return undefined;
  const loss = (observed: string, fromEntry?: number): HistoryLoss => ({
    of: "journal",
    text: `the journal is not what it was: ${observed}, this replica has read entry ${known.seq}`,
    lost: { ...(fromEntry === undefined ? {} : { from_entry: fromEntry }), to_entry: known.seq },
  });
  if (state.lastSeq < known.seq) return loss(`it ends at entry ${state.lastSeq}`, state.lastSeq + 1);
  let timeMs: number | undefined;
  const { clock, silenceMaxMs } = parts;
  const range = { fromSeq: known.seq, toSeq: known.seq, clock, silenceMaxMs };
  // A hole there is for whoever needs to read over it.
  const fault = await readRange(parts.journal, range, (message) => {
    timeMs = message.timeMs;
  });
  return fault !== undefined || timeMs === known.timeMs
    ? undefined
    : loss("another entry stands at that place");
}

/** What is wrong and what to do, for the operator of the replica that found it: whichever stream it shows in. */
export function adviceOn({ text }: HistoryLoss): string {
  return `${text}; the store was replaced by an older copy, or has lost its end. No bar is closed any more: put the newer store back, or look at \`backbeat journal status\`, then \`backbeat journal adopt\`, both with --data-dir of this replica`;
}

/** What is gone, in words; "" where nothing is known to be. */
export function lostText(lost: LostHistory | undefined): string {
  const range = (what: string, from: number | undefined, to: number | undefined): string[] =>
    to === undefined ? [] : [from === undefined ? `${what} up to ${to}` : `${what} ${from} to ${to}`];
  return [
    ...range("reports of beats", lost?.from_beat, lost?.to_beat),
    ...range("records", lost?.from_record, lost?.to_record),
    ...range("journal entries", lost?.from_entry, lost?.to_entry),
  ].join(", ");
}
