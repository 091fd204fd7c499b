/** What a fleet of simulated agents is like. Two fleets with the same settings live the same lives. */

/** How often something happens, each a probability per task from 0 to 1. */
export interface Rates {
  /** The task fails; of a promise to help: it is not kept. */
  readonly fail: number;
  /** The agent is blocked for some beats by another one, and goes on. */
  readonly block: number;
  /** The task is to help another agent: a promise, and mostly its fulfilment. */
  readonly help: number;
  /** Two or three agents wait for each other in a circle for some beats. */
  readonly wait: number;
  /** The agent says nothing for some beats; every other time it announced that. */
  readonly silence: number;
  /** The task makes no progress for longer than a task should take. */
  readonly stall: number;
}

export interface FleetSettings {
  /** 0 to 2^32 − 1. */
  readonly seed: number;
  /** 1 to 100,000. One alone can neither wait for another nor help. */
  readonly agents: number;
  /** What the agents' ids begin with; a place follows: `sim:7-0001`. At most 64 characters of an agent id. */
  readonly prefix: string;
  /** Mean length of a task in beats, {@link TASK_BEATS_MIN} to {@link TASK_BEATS_MAX}. */
  readonly taskBeats: number;
  /** Claims of each agent in each beat, 1 to {@link CLAIMS_PER_BEAT_MAX}. */
  readonly claimsPerBeat: number;
  readonly rates: Rates;
}

/** Planning, executing, reviewing and the outcome take a beat each. */
export const TASK_BEATS_MIN = 4;

/** No task becomes longer than the 1,000 beats that a claim's `beats_left` can say. */
export const TASK_BEATS_MAX = 300;

/** More than any agent has to say; an SDK keeps at most 64 claims unacknowledged. */
export const CLAIMS_PER_BEAT_MAX = 64;

/** Of the first id: `sim:7-0001`. Larger fleets get as many digits as they need. */
const PLACE_DIGITS_MIN = 4;

/** The id of the agent at a place of the fleet, counted from 0. */
export function agentIdAt(settings: FleetSettings, place: number): string {
  const digits = Math.max(PLACE_DIGITS_MIN, String(settings.agents).length);
  return `${settings.prefix}-${String(place + 1).padStart(digits, "0")}`;
}
