/**
 * What is wrong with a journal that is being read, judged from what can be seen from here: pure decisions.
 *
 * None of it enters a report (other replicas see other things): it is alarms and readiness.
 */
import type { StreamFault, StreamState } from "../ports.ts";

/** A stall is told after so many beats, or so many ms where beats are short. */
const STALL_BEATS = 2;
const STALL_MS = 5_000;

/** Share of the retention that recovery may need before it is told: at twice the load it would be cut. */
const NEEDED_SHARE_MAX = 0.5;

/** Recovery reads the open bar and the two before it. */
const BARS_NEEDED = 3;

/** After how much silence a part counts as stalled. */
export function stallLimitMs(beatDurationMs: number): number {
  return Math.max(STALL_BEATS * beatDurationMs, STALL_MS);
}

export interface JournalUse {
  readonly id: string;
  /** Last entry that was folded. */
  readonly readSeq: number;
  /** The first entry that the open bar needs. */
  readonly neededSeq: number;
  /** Length of a bar; 0 while it is not known. */
  readonly barMs: number;
}

/** What makes it impossible to go on; undefined: nothing. */
export function faultIn(state: StreamState, { id, neededSeq, readSeq }: JournalUse): StreamFault | undefined {
  if (state.id !== id)
    return { kind: "replaced", text: "the journal was deleted and made again", byState: true };
  if (state.lastSeq < readSeq)
    return {
      kind: "went-back",
      text: `the journal ends at ${state.lastSeq}, ${readSeq} was read from it`,
      byState: true,
    };
  if (state.firstSeq > neededSeq)
    return {
      kind: "cut",
      text: `the journal begins at ${state.firstSeq}, the open bar needs it from ${neededSeq} on`,
      byState: true,
    };
  return undefined;
}

/** Why the journal may soon be too short to recover from; undefined while it is long enough. */
export function shortnessOf(state: StreamState, { barMs, neededSeq }: JournalUse): string | undefined {
  const held = state.lastSeq - state.firstSeq + 1;
  const needed = state.lastSeq - neededSeq + 1;
  if (state.bytesMax !== undefined && held > 0) {
    const capacity = (state.bytesMax * held) / Math.max(1, state.bytes);
    if (needed > capacity * NEEDED_SHARE_MAX)
      return `recovery needs ${needed} entries, ${Math.floor(capacity)} fit the journal's ${state.bytesMax} bytes: raise --journal-max-bytes`;
  }
  if (state.ageMaxMs !== undefined && barMs * BARS_NEEDED > state.ageMaxMs * NEEDED_SHARE_MAX)
    return `three bars last ${seconds(barMs * BARS_NEEDED)} s, the journal keeps ${seconds(state.ageMaxMs)} s: raise --journal-max-age`;
  return undefined;
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
