/** What is claimed for a command: from what it printed, from how long it should take, from how it ended. Pure. */
import type { ClaimDetails } from "../../sdk/claims.ts";
import type { Ending } from "./ending.ts";
import type { SaidProgress } from "./progress.ts";

/** What is known of a command. */
export interface CommandState {
  readonly taskId: string;
  readonly elapsedMs: number;
  /** How long it should take. */
  readonly expectedMs: number | undefined;
  /** What it last printed of its progress; wins over time. */
  readonly said: SaidProgress | undefined;
  /** Length of a beat. */
  readonly beatMs: number;
}

/** Nobody is done because the time is over. */
const PROGRESS_BY_TIME_MAX = 0.99;

/** The limits of the wire; 0 beats left would say that it is done. */
const BEATS_LEFT_MIN = 1;
const BEATS_LEFT_MAX = 1_000;

/** A command that has ended will not claim again: nobody need call it silent. */
const NEVER_BEAT = Number.MAX_SAFE_INTEGER;

/** While it runs. */
export function executingDetails(command: CommandState): ClaimDetails {
  const { expectedMs, said, taskId } = command;
  return {
    task_id: taskId,
    ...(said === undefined ? {} : { progress: said.progress, notes: said.note }),
    ...(expectedMs === undefined ? {} : { beats_left: beatsLeft(command, expectedMs) }),
    ...(expectedMs === undefined || said !== undefined
      ? {}
      : { progress: progressByTime(command, expectedMs) }),
  };
}

/** When it has ended. */
export function endingDetails(ending: Ending, command: CommandState): ClaimDetails {
  const { said, taskId } = command;
  const notes = said === undefined ? {} : { notes: said.note };
  if (ending.state === "completed")
    return { task_id: taskId, progress: 1, ...notes, metadata: { next_beat: NEVER_BEAT } };
  const progress = said === undefined ? {} : { progress: said.progress };
  return {
    task_id: taskId,
    ...progress,
    ...notes,
    metadata: { error_code: ending.errorCode, next_beat: NEVER_BEAT },
  };
}

function progressByTime({ elapsedMs }: CommandState, expectedMs: number): number {
  return Math.min(PROGRESS_BY_TIME_MAX, Math.max(0, elapsedMs / expectedMs));
}

function beatsLeft({ beatMs, elapsedMs }: CommandState, expectedMs: number): number {
  const beats = Math.ceil((expectedMs - elapsedMs) / beatMs);
  return Math.min(BEATS_LEFT_MAX, Math.max(BEATS_LEFT_MIN, beats));
}
