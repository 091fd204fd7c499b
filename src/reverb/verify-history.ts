/** Verifies the whole history, and, if wanted, computes again what the journal still holds. */
import type { WindowDetail } from "../core/summary.ts";
import type { ChainHead, ReportStore, StreamState } from "../ports.ts";
import { examineHead, lossOf, lostText } from "./lost-history.ts";
import { obstacleOf, type ReplayParts, replayReports } from "./replay.ts";
import type { Chain } from "./report-tail.ts";
import { stateOrNone } from "./state-or-none.ts";
import type { ReportRecord } from "./stored-record.ts";
import { HistoryCheck, type HistoryFault } from "./verify.ts";
import { type WalkParts, walkRecords } from "./walk-records.ts";

/** Reports that are held to be computed again, the newest: some 3 kB each. */
const REPLAYED_MAX = 100_000;

export type VerifyParts = WalkParts &
  ReplayParts & {
    readonly reports: ReportStore;
    readonly onFault: (fault: VerifyFault) => void;
    /** What a replica knows of the streams, where its data directory is at hand. */
    readonly head?: ChainHead | undefined;
  };

export type VerifyFault =
  | HistoryFault
  | {
      readonly kind: "lost" | "replay";
      readonly seq: number;
      readonly windowId?: string;
      readonly text: string;
    };

export interface VerifySum {
  readonly reports: number;
  readonly chains: number;
  readonly faults: number;
  /** Where the stream begins: above 1 what was before is no longer kept. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Computed again: how many, how many of them the same, and how many could not be. */
  readonly replayed?: {
    readonly computed: number;
    readonly identical: number;
    readonly impossible: number;
    /** Why the newest of those could not be. */
    readonly why?: string;
  };
}

/** @throws BackbeatError `nats-unreachable`, `stream-missing` */
export async function verifyHistory(
  parts: VerifyParts,
  { isReplayed }: { readonly isReplayed: boolean },
): Promise<VerifySum> {
  const journal = isReplayed ? await stateOrNone(parts.journal) : undefined;
  const { firstSeq: begin } = await parts.reports.state();
  const check = new HistoryCheck({ isWhole: begin <= 1, onFault: parts.onFault });
  const again = new Recomputation(parts, journal);
  let chain: Chain | undefined;
  const { firstSeq, lastSeq } = await walkRecords(parts, {
    hole: (fromSeq, toSeq) => check.hole(fromSeq, toSeq),
    refused: (fromSeq, toSeq) => check.refused(fromSeq, toSeq),
    record(record) {
      const isSound = check.record(record);
      if (record.kind === "chain") chain = record.chain;
      if (record.kind === "report" && isReplayed) again.add(record, { chain, isSound });
    },
  });
  const { chains, reports } = check.counts;
  const faults = check.counts.faults + (await tellLoss(parts));
  if (!isReplayed) return { reports, chains, faults, firstSeq, lastSeq };
  const { faults: more, ...replayed } = await again.run();
  return { reports, chains, faults: faults + more, firstSeq, lastSeq, replayed };
}

/** How many losses there are against what a replica knows: one, or none. */
async function tellLoss(parts: VerifyParts): Promise<number> {
  const loss = parts.head && lossOf(await examineHead(parts.head, parts));
  if (parts.head === undefined || loss === undefined) return 0;
  parts.onFault({
    kind: "lost",
    seq: parts.head.record.seq,
    text: `${loss.text}; gone: ${lostText(loss.lost)}`,
  });
  return 1;
}

/** State: what is to be computed again, by chain, and what came of it. */
class Recomputation {
  readonly #parts: VerifyParts;
  readonly #journal: StreamState | undefined;
  readonly #runs = new Map<string, { readonly chain: Chain; readonly reports: ReportRecord[] }>();
  readonly #sum = { computed: 0, identical: 0, impossible: 0, faults: 0 };
  #why: string | undefined;
  #held = 0;

  constructor(parts: VerifyParts, journal: StreamState | undefined) {
    this.#parts = parts;
    this.#journal = journal;
  }

  add(report: ReportRecord, known: { readonly chain: Chain | undefined; readonly isSound: boolean }): void {
    const why = this.#obstacle(report, known);
    if (why !== undefined) {
      this.#sum.impossible += 1;
      this.#why = why;
      return;
    }
    const chain = known.chain as Chain;
    const run = this.#runs.get(chain.id) ?? { chain, reports: [] };
    this.#runs.set(chain.id, run);
    run.reports.push(report);
    this.#held += 1;
  }

  async run(): Promise<NonNullable<VerifySum["replayed"]> & { readonly faults: number }> {
    for (const { chain, reports } of this.#runs.values())
      await replayReports(this.#parts, {
        chain,
        reports,
        onUnknownBar: (detail) => this.#unknown(detail, reports),
        onResult: (report, result) => {
          if (result.kind === "impossible") {
            this.#sum.impossible += 1;
            this.#why = result.why;
            return;
          }
          this.#sum.computed += 1;
          if (result.kind === "identical") this.#sum.identical += 1;
          else this.#fault(report.seq, `computed again it differs: ${result.differences.join("; ")}`);
        },
      });
    return { ...this.#sum, ...(this.#why === undefined ? {} : { why: this.#why }) };
  }

  #obstacle(
    report: ReportRecord,
    { chain, isSound }: { readonly chain: Chain | undefined; readonly isSound: boolean },
  ): string | undefined {
    if (!isSound) return "what is stored was changed, so where it began is not known";
    if (chain === undefined || chain.id !== report.facts.chain) return "its chain record is no longer stored";
    if (this.#held >= REPLAYED_MAX) return `only ${REPLAYED_MAX} are computed at once`;
    return obstacleOf(report, { chain, journal: this.#journal });
  }

  #unknown({ position, windowId }: WindowDetail, reports: readonly ReportRecord[]): void {
    const before = reports.findLast(({ facts }) => facts.firstSeq < position.firstSeq);
    this.#fault(
      before?.seq ?? 0,
      `the journal holds a bar behind it (window ${windowId}) that is not stored`,
    );
  }

  #fault(seq: number, text: string): void {
    this.#sum.faults += 1;
    this.#parts.onFault({ kind: "replay", seq, text });
  }
}
