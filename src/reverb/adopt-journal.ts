/**
 * Leads out of a journal that was lost: begins a new chain of reports with what the journal holds now (R1).
 *
 * No bar is ever reported twice: the new chain leaves to the old one every bar up to the newest whose window is in
 * the report stream already, wherever it begins in this journal. It is committed as replicas commit theirs: against
 * the end of the report stream as it was read, and after a conflict everything is read and decided anew.
 */
import {
  CHAIN_RECORD_TYPE,
  type ChainRecord,
  chainIdOf,
  encodeChainRecord,
  type Profile,
} from "../contracts/chain-record.ts";
import { ALGORITHM } from "../core/profile.ts";
import type { WindowDetail } from "../core/summary.ts";
import { BackbeatError } from "../errors.ts";
import type { ChainHead, StreamState } from "../ports.ts";
import { beginBehind, type FoldBegin } from "./chain-verdict.ts";
import { type ExamParts, examineJournal, type JournalExam } from "./examine-journal.ts";
import { windowIdIn } from "./find-report.ts";
import { givenUpBy } from "./given-up.ts";
import type { HistoryLoss } from "./lost-history.ts";
import { readRange } from "./read-range.ts";
import { replacedBefore } from "./replace-profile.ts";
import { ReplayFold } from "./replay.ts";
import { walkRecords } from "./walk-records.ts";

/** Newest records among which a window is sought: a year of bars of five minutes; a journal keeps far less. */
const RECORDS_SOUGHT_MAX = 100_000;

/** Tries that a replica was ahead of: it stored a report while this read the journal. Few bars are that short. */
const CONFLICTS_MAX = 50;

/** Tries that the server did not take. */
const UNKNOWN_MAX = 5;

export type Adoption =
  | { readonly kind: "adopted"; readonly chainId: string; readonly record: ChainRecord }
  /** Nothing was changed. */
  | { readonly kind: "nothing"; readonly why: string };

export interface AdoptParts extends ExamParts {
  /** Who adopts: for people. */
  readonly node: string;
  /** Also where the journal looks whole: a replica may know better, see `nothingToAdopt`. */
  readonly force?: boolean;
}

/**
 * Why there is nothing to adopt; undefined where there is. A journal that lost its end within the open bar and grew
 * again looks whole from here; only a replica that had read what is gone can tell.
 */
export function nothingToAdopt({ chain, fault, loss }: JournalExam, force = false): string | undefined {
  if (chain === undefined && loss !== undefined) return undefined;
  if (chain === undefined)
    return fault?.text ?? "no chain of reports was ever begun: reverb begins the first by itself";
  if (chain.otherForm !== undefined)
    return `the newest chain is written as ${chain.otherForm}, which this program cannot read: adopt with a newer one`;
  const algorithm = Number(chain.record.profile.algorithm);
  if (algorithm > ALGORITHM)
    return `reports are computed by algorithm ${algorithm}, this program has ${ALGORITHM}: adopt with one that has it`;
  return fault !== undefined || force
    ? undefined
    : "the journal is whole: it holds what the open bar needs; where a replica says that it went back, --force begins anew all the same";
}

/** Resolves when the new chain stands, or where none is needed. @throws BackbeatError `nats-unreachable`, `stream-missing` */
export async function adoptJournal(parts: AdoptParts): Promise<Adoption> {
  const tried = new Set<string>();
  let conflicts = 0;
  let unknown = 0;
  for (;;) {
    const exam = await examineJournal(parts);
    const { chain, reportsLastSeq } = exam;
    // A commit without an answer may have been stored all the same.
    if (chain !== undefined && tried.has(chain.id))
      return { kind: "adopted", chainId: chain.id, record: chain.record };
    const nothing = nothingToAdopt(exam, parts.force);
    if (nothing !== undefined) return { kind: "nothing", why: nothing };
    if (reportsLastSeq === undefined)
      throw new BackbeatError("stream-missing", "Cannot adopt the journal: the report stream is not there");
    const record = await recordFor(parts, exam);
    const body = encodeChainRecord(record);
    tried.add(chainIdOf(body));
    const result = await parts.reports.commit({ kind: "chain", headers: {}, body }, reportsLastSeq);
    if (result.kind === "stored") return { kind: "adopted", chainId: chainIdOf(body), record };
    if (result.kind === "conflict") conflicts += 1;
    else unknown += 1;
    if (result.kind === "unknown" && unknown >= UNKNOWN_MAX)
      throw cannotAdopt(`the report stream took no record in ${UNKNOWN_MAX} tries: ${result.why}`);
    if (conflicts >= CONFLICTS_MAX)
      throw cannotAdopt(
        `each of ${CONFLICTS_MAX} times a replica stored a report first: stop them, adopt, start them again`,
      );
  }
}

function cannotAdopt(why: string): BackbeatError {
  return new BackbeatError("nats-unreachable", `Cannot adopt the journal: ${why}`);
}

async function recordFor(parts: AdoptParts, exam: JournalExam): Promise<ChainRecord> {
  const { chain, journal, loss } = exam;
  const profile = chain?.record.profile ?? parts.head?.profile;
  if (journal === undefined || profile === undefined)
    throw new BackbeatError("stream-missing", "Cannot adopt the journal: it is not there");
  const goesOn = goingOn(exam, parts.head);
  const begin = goesOn ?? (await anew(parts, { profile, journal, loss }));
  // What is computed again is not gone.
  const isLost = loss !== undefined && goesOn === undefined;
  return {
    type: CHAIN_RECORD_TYPE,
    cluster_id: chain?.record.cluster_id ?? String(profile.cluster_id),
    node: parts.node,
    made_at: new Date(parts.clock.wallMs()).toISOString(),
    reason: "adopted",
    journal_id: journal.id,
    from: begin.replay,
    partial: begin.partial,
    after_first_seq: begin.afterFirstSeq,
    profile,
    ...replacedBefore(chain, profile),
    ...givenUpBy(chain, parts.head),
    ...(isLost ? { lost: loss.lost } : {}),
  };
}

/**
 * Only the newest reports are gone, and the journal, which is known to be what it was, still gives them: the new chain
 * goes on behind the last one that is there. Undefined: so it is not.
 */
function goingOn(
  { chain, isJournalWhole, journal, lastReport, loss }: JournalExam,
  head: ChainHead | undefined,
): FoldBegin | undefined {
  if (loss?.of !== "reports" || !isJournalWhole || chain === undefined) return undefined;
  if (head?.entry?.journalId !== journal?.id || !head?.chains.includes(chain.id)) return undefined;
  const lastOfChain = lastReport?.facts.chain === chain.id ? lastReport : undefined;
  return beginBehind(chain, lastOfChain);
}

async function anew(parts: AdoptParts, known: Adopted): Promise<FoldBegin> {
  const { afterFirstSeq, fromSeq } = await reportedIn(parts, known);
  return { replay: { seq: fromSeq }, partial: true, afterFirstSeq };
}

interface Adopted {
  readonly profile: Profile;
  readonly journal: StreamState;
  readonly loss: HistoryLoss | undefined;
}

interface Reported {
  /** Where the new chain's fold begins: the journal's first entry, the one after its last hole, or the first bar that is not reported. */
  readonly fromSeq: number;
  /** First sequence, in this journal, of the newest bar that is in the report stream already; 0: none is. */
  readonly afterFirstSeq: number;
}

async function reportedIn(parts: AdoptParts, { journal, loss, profile }: Adopted): Promise<Reported> {
  const windows = await reportedWindows(parts);
  // What was lost was published: it is left to the history before, as what is stored is.
  const lostTo = loss === undefined ? 0 : (loss.lost.to_beat ?? 0);
  const { clock, onProgress, silenceMaxMs, subjects } = parts;
  const toSeq = journal.lastSeq;
  let fromSeq = Math.max(1, journal.firstSeq);
  for (;;) {
    const fold = new ReplayFold(
      { record: { profile } },
      { replay: { seq: fromSeq }, partial: true, afterFirstSeq: 0 },
      subjects,
    );
    let afterFirstSeq = 0;
    const bars: number[] = [];
    const range = {
      fromSeq,
      toSeq,
      clock,
      silenceMaxMs,
      onProgress: (seq: number) => onProgress?.({ what: "the journal", seq, toSeq }),
    };
    const note = ({ position: { firstSeq }, report, windowId }: WindowDetail) => {
      bars.push(firstSeq);
      if (windows.has(windowId.toLowerCase()) || report.from_beat <= lostTo)
        afterFirstSeq = Math.max(afterFirstSeq, firstSeq);
    };
    const fault = await readRange(parts.journal, range, (message) => {
      for (const detail of fold.take(message)) note(detail);
    });
    if (fault === undefined) {
      for (const { windowId } of fold.aggregator.openWindows()) {
        const open = fold.aggregator.openWindow(windowId);
        if (open !== undefined) note(open);
      }
      // The first bar that the chain reports is the one that is said to be partial, so the fold begins with it.
      const unreported = bars.filter((firstSeq) => firstSeq > afterFirstSeq);
      const hasReported = afterFirstSeq > 0 && unreported.length > 0;
      return { fromSeq: hasReported ? Math.min(...unreported) : fromSeq, afterFirstSeq };
    }
    // Replicas could not read over a hole either.
    if (fault.nextSeq === undefined || fault.nextSeq <= fromSeq)
      throw new BackbeatError("stream-missing", `Cannot adopt the journal: ${fault.text}; try again`);
    fromSeq = fault.nextSeq;
  }
}

async function reportedWindows(parts: AdoptParts): Promise<ReadonlySet<string>> {
  const windows = new Set<string>();
  const visitor = {
    record(record: Parameters<Parameters<typeof walkRecords>[1]["record"]>[0]) {
      const id = record.kind === "report" ? windowIdIn(record) : undefined;
      if (id !== undefined) windows.add(id.toLowerCase());
    },
  };
  await walkRecords(parts, visitor, RECORDS_SOUGHT_MAX);
  return windows;
}
