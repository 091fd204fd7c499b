/**
 * The beat as a timeline: whoever knows epoch, first beat, origin and tempo can compute every beat, so a lost
 * frame costs nothing. An absolute schedule, never a sum of sleeps (P3).
 *
 * Times are milliseconds of whatever clock the origin is of: the wall for what is stored, the monotonic clock for
 * what runs. How a pulse starts is resume.ts, where bars begin is bar-grid.ts.
 */
import { BackbeatError } from "../errors.ts";
import { beatsMs, tempoTenthsOf } from "./tempo.ts";

/** Another tempo, from a downbeat on (BACKBEAT-REQ-004). */
export interface TempoStep {
  readonly fromBeat: number;
  readonly tempoBpm: number;
}

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
  /** A tempo change that was accepted and is announced; left out where there is none. */
  readonly next?: TempoStep;
}

/** When beats are due, on one clock. */
export interface Schedule {
  readonly firstBeat: number;
  /** Due time of `firstBeat`. */
  readonly originMs: number;
  readonly tempoTenths: number;
  /** The tempo of the beats from one on; that one is still due by the tempo before. */
  readonly next?: { readonly fromBeat: number; readonly tempoTenths: number };
}

/** When a beat is due: `origin + (beat − first) × 60000 / bpm`. */
export function dueMsOf(schedule: Schedule, beat: number): number {
  const { firstBeat, next, originMs, tempoTenths } = schedule;
  if (next === undefined || beat <= next.fromBeat) return originMs + beatsMs(tempoTenths, beat - firstBeat);
  return dueMsOf(schedule, next.fromBeat) + beatsMs(next.tempoTenths, beat - next.fromBeat);
}

/** The tempo from a beat to the one after it, in tenths of a BPM. */
export function tempoTenthsAt({ next, tempoTenths }: Schedule, beat: number): number {
  return next !== undefined && beat >= next.fromBeat ? next.tempoTenths : tempoTenths;
}

/** The newest beat that is due at `timeMs`; agrees with `dueMsOf` to the last bit. */
export function beatAt(schedule: Schedule, timeMs: number): number {
  const { next } = schedule;
  if (next !== undefined) {
    const { fromBeat, tempoTenths } = next;
    const originMs = dueMsOf(schedule, fromBeat);
    if (timeMs >= originMs) return beatAt({ firstBeat: fromBeat, originMs, tempoTenths }, timeMs);
    return Math.min(fromBeat - 1, beatAt(withoutNext(schedule), timeMs));
  }
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
  const schedule = { firstBeat: stored.firstBeat, originMs: stored.originWallMs, tempoTenths };
  const { next } = stored;
  const nextTenths = next && tempoTenthsOf(next.tempoBpm);
  if (next === undefined || nextTenths === undefined) return schedule;
  return { ...schedule, next: { fromBeat: next.fromBeat, tempoTenths: nextTenths } };
}

/** The same schedule counted from another beat, with a change of tempo applied that lies behind it. */
export function countedFrom(schedule: Schedule, beat: number): Schedule {
  const { next } = schedule;
  const moved = {
    firstBeat: beat,
    originMs: dueMsOf(schedule, beat),
    tempoTenths: tempoTenthsAt(schedule, beat),
  };
  return next === undefined || beat >= next.fromBeat ? moved : { ...moved, next };
}

/** The same timeline counted from a beat that is due at `dueWallMs`, with a change of tempo applied that lies behind it. */
export function anchoredAt(
  stored: StoredTimeline,
  { beat, dueWallMs }: { readonly beat: number; readonly dueWallMs: number },
): StoredTimeline {
  const { next, ...rest } = stored;
  const moved = { ...rest, firstBeat: beat, originWallMs: dueWallMs };
  if (next === undefined) return moved;
  return beat >= next.fromBeat ? { ...moved, tempoBpm: next.tempoBpm } : { ...moved, next };
}

/** The tempo of a beat, as it stands in its frame. */
export function tempoBpmAt({ next, tempoBpm }: StoredTimeline, beat: number): number {
  return next !== undefined && beat >= next.fromBeat ? next.tempoBpm : tempoBpm;
}

function withoutNext({ firstBeat, originMs, tempoTenths }: Schedule): Schedule {
  return { firstBeat, originMs, tempoTenths };
}
