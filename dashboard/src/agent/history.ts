/** An agent's beats as a story: runs of the same state, newest first. Pure. */
import { cellCode, NOTHING, stateOfCode } from "../wire/letters.ts";
import type { AgentState } from "../wire/types.ts";

export interface Stretch {
  /** Undefined: no claim was seen. */
  readonly state: AgentState | undefined;
  readonly fromBeat: number;
  readonly toBeat: number;
}

/** Stretches shown; what was before is in the score. */
const STRETCHES_MAX = 40;

/** Runs of the same letter, without the silence before the first claim. */
export function stretchesOf(fromBeat: number, letters: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let startedAt = 0;
  for (let place = 1; place <= letters.length; place += 1) {
    const code = cellCode(letters, startedAt);
    if (place < letters.length && cellCode(letters, place) === code) continue;
    if (code !== NOTHING || stretches.length > 0)
      stretches.push({
        state: stateOfCode(code),
        fromBeat: fromBeat + startedAt,
        toBeat: fromBeat + place - 1,
      });
    startedAt = place;
  }
  return stretches.reverse().slice(0, STRETCHES_MAX);
}
