/** How the members of a claim stand in columns: states as codes, what was not given as a number that none can be. */
import { type AgentState, STATES, type StatusClaim } from "../contracts/status-claim.ts";

/** Stands for a number that was not given; progress, beats left and beats are never negative. */
export const NOT_GIVEN = -1;

/** The place of each state in STATES. */
export const STATE_CODES = Object.fromEntries(STATES.map((state, code) => [state, code])) as Readonly<
  Record<AgentState, number>
>;

/** The beat that a claim announces as its next; NOT_GIVEN where it names none. */
export function nextBeatOf({ metadata }: Pick<StatusClaim, "metadata">): number {
  const next = metadata?.next_beat;
  return typeof next === "number" && Number.isSafeInteger(next) && next >= 0 ? next : NOT_GIVEN;
}

/** The number, unless it was not given. */
export function givenOf(value: number | undefined): number | undefined {
  return value === NOT_GIVEN ? undefined : value;
}
