/** States as letters (on the wire) and as small numbers (in rows of cells). Pure. */
import type { AgentState } from "./types.ts";

/** In the order of the legend: work from its begin to its end, then what stands in its way. */
export const STATE_ORDER = [
  "planning",
  "executing",
  "reviewing",
  "helping",
  "completed",
  "idle",
  "blocked",
  "failed",
] as const satisfies readonly AgentState[];

/** A record, so that the compiler asks for a state that is missing. */
const LETTERS: Readonly<Record<AgentState, string>> = {
  planning: "p",
  executing: "e",
  reviewing: "r",
  helping: "h",
  completed: "c",
  idle: "i",
  blocked: "b",
  failed: "f",
};

/** In a cell: nothing was seen for that beat. */
export const NOTHING = 0;

/** Numbers of cells: 1 + the place in STATE_ORDER. */
const CODES: ReadonlyMap<string, number> = new Map(
  STATE_ORDER.map((state, place) => [LETTERS[state], place + 1] as const),
);

/** By character code: asked for each lane of each event. */
const CODE_OF_CHARACTER = new Uint8Array(128);
for (const [letter, code] of CODES) CODE_OF_CHARACTER[letter.charCodeAt(0)] = code;

/** The number of the letter at a place; NOTHING for `.` and for what is not known. */
export function cellCode(letters: string, place: number): number {
  return CODE_OF_CHARACTER[letters.charCodeAt(place)] ?? NOTHING;
}

/** The state of a cell; undefined for an empty one. */
export function stateOfCode(code: number): AgentState | undefined {
  return STATE_ORDER[code - 1];
}

/** The number of a state. */
export function codeOfState(state: AgentState): number {
  return STATE_ORDER.indexOf(state) + 1;
}
