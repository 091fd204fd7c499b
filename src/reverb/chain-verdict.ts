/**
 * What a replica may do, given the newest chain, the last report, its own rules and the journal: a pure decision.
 *
 * It follows the chain, begins one, stands by, or may not go on. Nothing is ever guessed: a journal that does not
 * hold what the last report was computed from cannot give the next one.
 */
import {
  CHAIN_RECORD_TYPE,
  type ChainReason,
  type ChainRecord,
  type Profile,
} from "../contracts/chain-record.ts";
import type { ReplayStart } from "../contracts/report-headers.ts";
import { profileDifferences } from "../core/profile.ts";
import type { BackbeatError } from "../errors.ts";
import type { StreamFault, StreamState } from "../ports.ts";
import { carriedBy } from "./given-up.ts";
import { replacedBefore, replacementRefusal } from "./replace-profile.ts";
import type { Chain, TailReport } from "./report-tail.ts";

/** Where a fold begins, and from which bar on what it computes is right. */
export interface FoldBegin {
  readonly replay: ReplayStart;
  /** The first bar of the fold is partial, whatever its first frame. */
  readonly partial: boolean;
  /** Bars that were opened at or before this sequence are not this fold's to report. */
  readonly afterFirstSeq: number;
}

export type ChainVerdict =
  | { readonly kind: "follow"; readonly begin: FoldBegin }
  | { readonly kind: "begin"; readonly record: ChainRecord }
  | { readonly kind: "stand-by"; readonly text: string }
  | { readonly kind: "refuse"; readonly error: BackbeatError }
  | { readonly kind: "broken"; readonly fault: StreamFault };

export interface ChainFacts {
  readonly chain: Chain | undefined;
  /** The newest report of that chain. */
  readonly lastOfChain: TailReport | undefined;
  /** Reports are stored, of whatever chain. Default false. */
  readonly hasReports?: boolean;
  readonly journal: StreamState;
  readonly profile: Profile;
  /** The running profile that the operator wants replaced, see replace-profile.ts; undefined: none. */
  readonly replaceProfile?: string | undefined;
  /** Who begins a chain, where, and when (RFC 3339). */
  readonly signature: Pick<ChainRecord, "cluster_id" | "node" | "made_at">;
}

export function judgeChain(facts: ChainFacts): ChainVerdict {
  const { chain, journal, profile } = facts;
  // To begin anew at the journal's first entry would report its bars a second time.
  if (chain === undefined && facts.hasReports === true) return { kind: "broken", fault: CHAIN_LOST };
  if (chain === undefined) {
    const firstSeq = Math.max(1, journal.firstSeq);
    const begin = { replay: { seq: firstSeq }, partial: firstSeq > 1, afterFirstSeq: 0 };
    return beginning("begun", begin, facts);
  }
  if (chain.otherForm !== undefined)
    return {
      kind: "stand-by",
      text: `the newest chain of reports is written as ${chain.otherForm}, which this program cannot read: update it`,
    };
  const algorithms = { theirs: Number(chain.record.profile.algorithm), ours: Number(profile.algorithm) };
  if (algorithms.theirs > algorithms.ours)
    return {
      kind: "stand-by",
      text: `reports are computed by algorithm ${algorithms.theirs}, this program has ${algorithms.ours}: update it`,
    };
  const differences = profileDifferences(chain.record.profile, profile);
  const refusal = differences.length === 0 ? undefined : replacementRefusal({ ...facts, chain, differences });
  if (refusal !== undefined) return { kind: "refuse", error: refusal };
  const fault = faultOf(facts, chain);
  if (fault !== undefined) return { kind: "broken", fault };
  if (differences.length > 0)
    return beginning("replaced-profile", beginBehind(chain, facts.lastOfChain), facts);
  return { kind: "follow", begin: beginOf(chain, facts.lastOfChain) };
}

/** Where a fold begins that computes the last report again and all that follow it; without one, the whole chain. */
export function beginOf(
  { record }: Pick<Chain, "record">,
  last: Pick<TailReport, "facts"> | undefined,
): FoldBegin {
  const ofChain = { replay: record.from, partial: record.partial };
  if (last === undefined) return { ...ofChain, afterFirstSeq: record.after_first_seq };
  const afterFirstSeq = last.facts.firstSeq - 1;
  const { replayFrom } = last.facts;
  // Without a carry it is the begin of the chain, which knows its own.
  if (replayFrom.carry === undefined) return { ...ofChain, afterFirstSeq };
  return { replay: replayFrom, partial: false, afterFirstSeq };
}

/** Where a new chain begins that leaves the last report to the old one, and goes on behind it. */
export function beginBehind(
  chain: Pick<Chain, "record">,
  last: Pick<TailReport, "facts"> | undefined,
): FoldBegin {
  const begin = beginOf(chain, last);
  return last === undefined ? begin : { ...begin, afterFirstSeq: last.facts.firstSeq };
}

function beginning(reason: ChainReason, begin: FoldBegin, facts: ChainFacts): ChainVerdict {
  const record: ChainRecord = {
    type: CHAIN_RECORD_TYPE,
    ...facts.signature,
    reason,
    journal_id: facts.journal.id,
    from: begin.replay,
    partial: begin.partial,
    after_first_seq: begin.afterFirstSeq,
    profile: facts.profile,
    ...replacedBefore(facts.chain, facts.profile),
    ...carriedBy(facts.chain),
  };
  return { kind: "begin", record };
}

/** What is said where reports are stored, and the record of their chain is not. */
export const CHAIN_LOST: StreamFault = {
  kind: "cut",
  text: "the report stream no longer holds the chain record of its reports: put it back, or adopt with `backbeat journal adopt` and the --data-dir of a replica that ran",
};

/** Why a journal cannot give what follows the last report; undefined where it can. */
export function faultOf(
  { journal, lastOfChain }: Pick<ChainFacts, "journal" | "lastOfChain">,
  { record }: Chain,
): StreamFault | undefined {
  if (journal.id !== record.journal_id)
    return {
      kind: "replaced",
      text: `the journal is another one (${journal.id}) than the reports were computed from (${record.journal_id})`,
      byState: true,
    };
  const neededSeq = lastOfChain?.facts.replayFrom.seq ?? record.from.seq;
  if (journal.firstSeq > neededSeq)
    return {
      kind: "cut",
      text: `the journal begins at ${journal.firstSeq}, the open bar needs it from ${neededSeq} on`,
      byState: true,
    };
  const readSeq = lastOfChain?.facts.lastSeq ?? record.from.seq - 1;
  if (journal.lastSeq < readSeq)
    return {
      kind: "went-back",
      text: `the journal ends at ${journal.lastSeq}, the last report was computed up to ${readSeq}`,
      byState: true,
    };
  return undefined;
}
