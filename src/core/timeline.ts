/**
 * The beat as a timeline: whoever knows epoch, first beat, origin and tempo can compute every beat, so a lost
 * frame costs nothing. An absolute schedule, never a sum of sleeps (P3).
 *
 * Times are milliseconds of whatever clock the origin is of: the wall for what is stored, the monotonic clock for
 * what runs. How a pulse starts is resume.ts, where bars begin is bar-grid.ts.
 */
import { BackbeatError } from "../errors.ts";
import { beatsMs, tempoTenthsOf } from "./tempo.ts";

/** What a pulse keeps across restarts. */
export interface StoredTimeline {
  readonly clusterId: string;
  /** Fences one life of the timeline from the next; only grows. */
  readonly epoch: number;
  /** The beat that was due at `originWallMs`. */
  readonly firstBeat: number;
  /** Wall time of `firstBeat`, ms since the Unix epoch. */
  readonly originWallMs: number;
  readonly tempoBpm: number;
  /** Beats per bar. */
  readonly barLength: number;
  /** First beat of a bar from which bars are counted. */
  readonly barOrigin: number;
  /** Highest index that was published or was about to be: it is never used again (P1). */
  readonly lastBeat: number;
}

/** When beats are due, on one clock. */
export interface Schedule {
  readonly firstBeat: number;
  /** Due time of `firstBeat`. */
  readonly originMs: number;
  readonly tempoTenths: number;
}

/** When a beat is due: `origin + (beat − first) × 60000 / bpm`. */
export function dueMsOf(schedule: Schedule, beat: number): number {
  return schedule.originMs + beatsMs(schedule.tempoTenths, beat - schedule.firstBeat);
}

/** The newest beat that is due at `timeMs`; agrees with `dueMsOf` to the last bit. */
export function beatAt(schedule: Schedule, timeMs: number): number {
  const guess =
    schedule.firstBeat + Math.floor((timeMs - schedule.originMs) / beatsMs(schedule.tempoTenths, 1));
  // Division rounds: near a due time the guess may be one off, and a beat would be early or missed.
  if (dueMsOf(schedule, guess) > timeMs) return guess - 1;
  return dueMsOf(schedule, guess + 1) <= timeMs ? guess + 1 : guess;
}

/** When the beats of a stored timeline are due by the wall. @throws BackbeatError `bad-timeline` */
export function wallScheduleOf(stored: StoredTimeline): Schedule {
  const tempoTenths = tempoTenthsOf(stored.tempoBpm);
  if (tempoTenths === undefined) {
    throw new BackbeatError(
      "bad-timeline",
      `Cannot continue the timeline: its tempo is ${stored.tempoBpm} BPM, expected 0.1 to 1000 in steps of 0.1`,
    );
  }
  return { firstBeat: stored.firstBeat, originMs: stored.originWallMs, tempoTenths };
}
