/**
 * Computes stored reports again from the journal, by the rules of their own chain, and holds them against what is
 * stored (R7). Any program that has the algorithm can do it: the chain record says all the rest.
 */
import { type ChainRecord, profileHashOf } from "../contracts/chain-record.ts";
import { createDecoder } from "../contracts/decode.ts";
import { encodeReport } from "../contracts/encode.ts";
import { type Headers, REPORT_HEADERS, reportHeaders } from "../contracts/report-headers.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { Aggregator } from "../core/aggregator.ts";
import { claimGuard } from "../core/claim-guard.ts";
import { Fold } from "../core/fold.ts";
import { ALGORITHM, settingsOfProfile } from "../core/profile.ts";
import type { WindowDetail } from "../core/summary.ts";
import type { Clock, Journal, StreamFault, StreamState } from "../ports.ts";
import { beginOf, type FoldBegin } from "./chain-verdict.ts";
import { readRange } from "./read-range.ts";
import type { Chain } from "./report-tail.ts";
import type { ReportRecord } from "./stored-record.ts";

export type ReplayResult =
  | { readonly kind: "identical"; readonly detail: WindowDetail }
  | { readonly kind: "differs"; readonly detail?: WindowDetail; readonly differences: readonly string[] }
  /** It cannot be computed here. */
  | { readonly kind: "impossible"; readonly why: string };

export interface ReplayParts {
  readonly journal: Journal;
  readonly subjects: Pick<Subjects, "beat" | "status" | "tick">;
  readonly clock: Clock;
  /** Given up when nothing came for so long. */
  readonly silenceMaxMs: number;
  /** Told every second how far it is. */
  readonly onProgress?: (at: { readonly what: string; readonly seq: number; readonly toSeq: number }) => void;
}

/** Why a report cannot be computed from a journal as it is now; undefined where it can. */
export function obstacleOf(
  { facts }: Pick<ReportRecord, "facts">,
  { chain, journal }: { readonly chain: Chain; readonly journal: StreamState | undefined },
): string | undefined {
  if (journal === undefined) return "the journal is not there: it was deleted";
  const { journal_id: journalId, profile } = chain.record;
  const algorithm = Number(profile.algorithm);
  if (algorithm !== ALGORITHM)
    return `it was computed by algorithm ${algorithm}, this program has ${ALGORITHM}: use one that has ${algorithm}`;
  if (journalId !== journal.id)
    return `the journal is another one (${journal.id}) than it was computed from (${journalId})`;
  const { seq } = beginOf(chain, { facts }).replay;
  if (journal.firstSeq > seq)
    return `the journal begins at ${journal.firstSeq}, the fold needs it from ${seq} on: what was before is no longer kept`;
  if (journal.lastSeq < facts.lastSeq)
    return `the journal ends at ${journal.lastSeq}, the report was computed up to ${facts.lastSeq}`;
  return undefined;
}

/** A fold over a part of the journal by the rules of a chain. */
export class ReplayFold {
  readonly aggregator: Aggregator;
  readonly #fold: Fold;

  constructor(
    { record: { profile } }: { readonly record: Pick<ChainRecord, "profile"> },
    begin: FoldBegin,
    subjects: ReplayParts["subjects"],
  ) {
    const settings = settingsOfProfile(profile);
    const { bodyBytesMax, readingMode, signatures } = settings;
    const decoder = createDecoder({
      ...(readingMode === undefined ? {} : { mode: readingMode }),
      ...(bodyBytesMax === undefined ? {} : { bodyBytesMax }),
    });
    const { partial, replay } = begin;
    this.aggregator = new Aggregator({ ...settings, start: { replay, partial } });
    const guard = claimGuard(signatures);
    this.#fold = new Fold({ decoder, aggregator: this.aggregator, guard, subjects });
  }

  /** The bars that a message closed. */
  take(message: Parameters<Fold["apply"]>[0]): readonly WindowDetail[] {
    this.#fold.apply(message);
    return this.#fold.takeClosed();
  }
}

export interface ReplayRun {
  readonly chain: Chain;
  /** Reports of that chain, in their order. */
  readonly reports: readonly ReportRecord[];
  /** A report with its result, as soon as it is known. */
  readonly onResult: (report: ReportRecord, result: ReplayResult) => void;
  /** The journal holds a bar, among these, of which nothing is stored. */
  readonly onUnknownBar?: (detail: WindowDetail) => void;
}

/**
 * Computes reports of one chain in one forward fold, from where the first of them begins; one that differs is tried
 * once more from its own Replay-From. All must be without an obstacle.
 * @throws BackbeatError `nats-unreachable`, `stream-missing`
 */
export async function replayReports(parts: ReplayParts, run: ReplayRun): Promise<void> {
  const again: ReportRecord[] = [];
  const [first] = run.reports;
  await foldOver(parts, {
    ...run,
    onResult(report, result) {
      if (result.kind === "differs" && report !== first) again.push(report);
      else run.onResult(report, result);
    },
  });
  for (const report of again)
    await foldOver(parts, { chain: run.chain, reports: [report], onResult: run.onResult });
}

async function foldOver(
  parts: ReplayParts,
  { chain, onResult, onUnknownBar, reports }: ReplayRun,
): Promise<void> {
  const [first] = reports;
  if (first === undefined) return;
  const { clock, journal, onProgress, silenceMaxMs, subjects } = parts;
  const begin = beginOf(chain, first);
  const fold = new ReplayFold(chain, begin, subjects);
  const awaited = new Map(reports.map((report) => [report.facts.firstSeq, report]));
  const toSeq = Math.max(...reports.map(({ facts }) => facts.lastSeq));
  const lastFirstSeq = Math.max(...awaited.keys());
  const range = {
    fromSeq: begin.replay.seq,
    toSeq,
    clock,
    silenceMaxMs,
    // Whether an entry is missing there shows in what is computed without it.
    hole: () => true,
    onProgress: (seq: number) => onProgress?.({ what: "the journal", seq, toSeq }),
  };
  const fault = await readRange(journal, range, (message) => {
    for (const detail of fold.take(message)) {
      const { firstSeq } = detail.position;
      if (firstSeq <= begin.afterFirstSeq || firstSeq > lastFirstSeq) continue;
      const report = awaited.get(firstSeq);
      awaited.delete(firstSeq);
      if (report === undefined) onUnknownBar?.(detail);
      else onResult(report, compareReport(report, { chain, detail }));
    }
  });
  for (const report of awaited.values()) onResult(report, missing(report, fault));
}

function missing({ facts }: ReportRecord, fault: StreamFault | undefined): ReplayResult {
  if (fault !== undefined) return { kind: "impossible", why: fault.text };
  const text = `no bar begins at ${facts.firstSeq} in the journal and ends by ${facts.lastSeq}`;
  return { kind: "differs", differences: [text] };
}

/** What is stored against what was computed: bytes, and every fact in the headers but the link to the one before. */
export function compareReport(
  stored: ReportRecord,
  { chain, detail }: { readonly chain: Chain; readonly detail: WindowDetail },
): ReplayResult {
  const body = encodeReport(detail.report);
  const { firstSeq, lastSeq, replayFrom } = detail.position;
  const { profile } = chain.record;
  const facts = {
    algorithm: Number(profile.algorithm),
    chain: chain.id,
    profile: profileHashOf(profile),
    prev: stored.facts.prev,
    claims: detail.claimsCount,
    firstSeq,
    lastSeq,
    replayFrom,
  };
  const differences = [
    ...bodyDifferences(stored.body, body),
    ...headerDifferences(stored, reportHeaders(facts, body)),
  ];
  if (differences.length > 0) return { kind: "differs", detail, differences };
  if (stored.hash === stored.saidHash) return { kind: "identical", detail };
  return { kind: "differs", detail, differences: ["Backbeat-Hash does not fit what is stored"] };
}

function headerDifferences({ headers }: ReportRecord, computed: Headers): string[] {
  return Object.values(REPORT_HEADERS)
    .filter((name) => headers.get(name) !== (computed[name] ?? ""))
    .map((name) => `${name} is ${shown(computed[name])} computed, ${shown(headers.get(name))} stored`);
}

function bodyDifferences(stored: Uint8Array, computed: Uint8Array): string[] {
  const text = new TextDecoder();
  const [storedText, computedText] = [text.decode(stored), text.decode(computed)];
  if (storedText === computedText) return [];
  try {
    const [theirs, ours] = [JSON.parse(storedText), JSON.parse(computedText)] as Record<string, unknown>[];
    const names = [...new Set([...Object.keys(ours ?? {}), ...Object.keys(theirs ?? {})])];
    const differ = names
      .map((name) => [name, JSON.stringify(ours?.[name]), JSON.stringify(theirs?.[name])] as const)
      .filter(([, our, their]) => our !== their);
    if (differ.length > 0)
      return differ.map(([name, our, their]) => `${name} is ${shown(our)} computed, ${shown(their)} stored`);
  } catch {
    // No JSON: it is shown as it is.
  }
  return [`the body is ${computedText} computed, ${storedText} stored`];
}

function shown(value: string | undefined): string {
  return value === undefined || value === "" ? "absent" : value;
}
