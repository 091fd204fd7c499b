/** What became of the claims of one beat, and of a whole run. Every claim that was meant is in it once. */
import { type AgentState, STATES } from "../../contracts/status-claim.ts";

/**
 * `delivered`: the server has it · `unconfirmed`: the server did not answer, it may have it ·
 * `undelivered`: the link was down, it was not sent · `skipped`: the beat was over before its turn came, or the
 * server is too far behind.
 */
export const CLAIM_RESULTS = ["delivered", "unconfirmed", "undelivered", "skipped"] as const;

export type ClaimResult = (typeof CLAIM_RESULTS)[number];

/** Counts of claims by what they say and by what became of them; both add up to the same. */
export interface ClaimCounts {
  readonly states: Record<AgentState, number>;
  readonly results: Record<ClaimResult, number>;
  /** Agents that had nothing to claim: silences. Over a run: added up over its beats. */
  silent: number;
}

export interface BeatRecord extends ClaimCounts {
  readonly beat: number;
  /** No frame was heard of it: it was due by the own clock. */
  readonly local: boolean;
}

export interface RunTotals extends ClaimCounts {
  beats: number;
  localBeats: number;
}

export function beatRecord(beat: number, local: boolean): BeatRecord {
  return { beat, local, ...noClaims() };
}

export function runTotals(): RunTotals {
  return { beats: 0, localBeats: 0, ...noClaims() };
}

/** Adds a beat that is over. */
export function addBeat(totals: RunTotals, record: BeatRecord): void {
  totals.beats += 1;
  if (record.local) totals.localBeats += 1;
  totals.silent += record.silent;
  for (const state of STATES) totals.states[state] += record.states[state];
  for (const result of CLAIM_RESULTS) totals.results[result] += record.results[result];
}

/** Claims that were meant. */
export function claimsOf({ states }: ClaimCounts): number {
  return STATES.reduce((sum, state) => sum + states[state], 0);
}

/** Claims that the server is not known to have. */
export function lostOf({ results }: ClaimCounts): number {
  return results.unconfirmed + results.undelivered + results.skipped;
}

function noClaims(): ClaimCounts {
  const states = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<AgentState, number>;
  return { states, results: { delivered: 0, unconfirmed: 0, undelivered: 0, skipped: 0 }, silent: 0 };
}
