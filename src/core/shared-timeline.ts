/**
 * The timeline that the pulses of a cluster share, as one of them sees it: a value with an epoch, tied to the own
 * monotonic clock (P1, P2).
 *
 * An epoch names one version of the value: it is raised with each change of holder and each change of tempo, so a
 * higher one is taken up whole and a lower one changes nothing. Which beats are due when is learnt from frames: none
 * leaves early, so of the last few the least late is nearest to the truth. The wall is asked only where no frame
 * was heard.
 */
import { staggerMs } from "./succession.ts";
import { beatDurationMs, bpmOf, tempoTenthsOf } from "./tempo.ts";
import {
  beatAt,
  countedFrom,
  dueMsOf,
  type Schedule,
  type StoredTimeline,
  tempoTenthsAt,
  wallScheduleOf,
} from "./timeline.ts";

/** Frames among which the least late is sought, as a reader does (flywheel.ts). */
const FRAMES_KEPT = 8;

/** Frames that come closer together than this part of a beat were read from a backlog: their time says nothing. */
const BACKLOG_BEATS = 1 / 2;

/** What a frame says of the timeline. */
export interface HeardBeat {
  readonly epoch: number;
  readonly beat: number;
  readonly tempoBpm: number;
  readonly barFrom: number;
  readonly barLength: number;
  /** The tempo from the next downbeat on, where one is announced. */
  readonly nextTempoBpm?: number;
}

/** A moment on both clocks, ms. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** `stale`: of a lower epoch, nothing changed. `taken-up`: its epoch is ours now. */
export type TakeUp = "stale" | "followed" | "taken-up";

/** The timeline that a frame belongs to, with its beat due at `dueWallMs`. */
export function timelineOfBeat(
  heard: HeardBeat,
  { clusterId, dueWallMs }: { readonly clusterId: string; readonly dueWallMs: number },
): StoredTimeline {
  const { barFrom, barLength, beat, epoch, nextTempoBpm, tempoBpm } = heard;
  const plain = {
    clusterId,
    epoch,
    firstBeat: beat,
    originWallMs: dueWallMs,
    tempoBpm,
    barLength,
    barOrigin: barFrom,
    lastBeat: beat,
  };
  return nextTempoBpm === undefined
    ? plain
    : { ...plain, next: { fromBeat: barFrom + barLength, tempoBpm: nextTempoBpm } };
}

/** State: the value, when its beats are due here, and how late the last frames came. */
export class SharedTimeline {
  #stored: StoredTimeline;
  #schedule: Schedule;
  /** How much later than our schedule the last frames came, ms, oldest first; negative: we are late. */
  #lateMs: number[] = [];
  #newestHeard = { beat: 0, atMs: Number.NEGATIVE_INFINITY };

  /** Tied by the wall time of now. @throws BackbeatError `bad-timeline` */
  constructor(stored: StoredTimeline, now: Moment) {
    this.#stored = stored;
    this.#schedule = tiedByWall(stored, now);
  }

  /** The value; its `originWallMs` is of when it was taken up, see `asOf`. */
  get stored(): StoredTimeline {
    return this.#stored;
  }

  /** On the monotonic clock. */
  get schedule(): Schedule {
    return this.#schedule;
  }

  /** The value counted from a beat, with its due time by the wall of now: what is stored and given to others. */
  asOf(beat: number, now: Moment): StoredTimeline {
    const { next, ...rest } = this.#stored;
    const schedule = countedFrom(this.#schedule, beat);
    const plain = {
      ...rest,
      firstBeat: beat,
      originWallMs: now.wallMs + (schedule.originMs - now.monotonicMs),
      tempoBpm: bpmOf(schedule.tempoTenths),
      lastBeat: beat,
    };
    return schedule.next === undefined || next === undefined ? plain : { ...plain, next };
  }

  /** Begins another version of the value, of a higher epoch: by the holder of the lease only (P2). */
  replace(stored: StoredTimeline, now: Moment): void {
    this.#take(stored, tiedByWall(stored, now), now);
  }

  /** Takes up a value that another pulse or the lease store tells; its wall origin is used only out of step. */
  takeUp(stored: StoredTimeline, now: Moment): TakeUp {
    if (stored.epoch < this.#stored.epoch) return "stale";
    if (stored.epoch === this.#stored.epoch) return "followed";
    this.#take(stored, tiedByWall(stored, now), now);
    return "taken-up";
  }

  /** Takes a frame of another pulse, just heard. */
  hear(heard: HeardBeat, now: Moment): TakeUp {
    if (heard.epoch < this.#stored.epoch) return "stale";
    const isNewer = heard.epoch > this.#stored.epoch;
    if (isNewer) {
      const stored = timelineOfBeat(heard, { clusterId: this.#stored.clusterId, dueWallMs: now.wallMs });
      this.#take(stored, tiedByWall(stored, now), now);
    }
    this.#sample(heard.beat, now.monotonicMs);
    return isNewer ? "taken-up" : "followed";
  }

  /** We published a beat ourselves: the own clock is as good a tie as any frame. */
  published(beat: number, monotonicMs: number): void {
    if (beat > this.#newestHeard.beat) this.#newestHeard = { beat, atMs: monotonicMs };
  }

  /** Keeps the own tie where the new value goes on in step: a change of holder moves no beat. */
  #take(stored: StoredTimeline, schedule: Schedule, now: Moment): void {
    const beat = beatAt(schedule, now.monotonicMs);
    const partMs = dueMsOf(this.#schedule, beat) - dueMsOf(schedule, beat);
    const tempoTenths = tempoTenthsAt(schedule, beat);
    const isInStep =
      tempoTenthsAt(this.#schedule, beat) === tempoTenths &&
      Math.abs(partMs) < beatDurationMs(tempoTenths) * BACKLOG_BEATS;
    const tied = countedFrom(schedule, beat);
    this.#stored = stored;
    this.#schedule = isInStep ? { ...tied, originMs: tied.originMs + partMs } : tied;
    if (!isInStep) this.#forget();
  }

  #forget(): void {
    this.#lateMs = [];
    this.#newestHeard = { beat: 0, atMs: Number.NEGATIVE_INFINITY };
  }

  /** A frame that came earlier than we thought it due moves us at once; later ones only where all of them are late. */
  #sample(beat: number, atMs: number): void {
    const newest = this.#newestHeard;
    if (beat <= newest.beat) return;
    this.#newestHeard = { beat, atMs };
    const lateMs = atMs - dueMsOf(this.#schedule, beat);
    // Tied by the wall so far, and any frame is better than that.
    if (lateMs < 0 || newest.beat === 0) {
      this.#move(lateMs);
      return;
    }
    const beatMs = beatDurationMs(tempoTenthsAt(this.#schedule, beat));
    const isBacklog = atMs - newest.atMs < (beat - newest.beat) * beatMs * BACKLOG_BEATS;
    if (isBacklog) this.#lateMs = [];
    else this.#lateMs.push(lateMs);
    if (this.#lateMs.length > FRAMES_KEPT) this.#lateMs.shift();
    if (this.#lateMs.length < FRAMES_KEPT) return;
    const leastMs = Math.min(...this.#lateMs);
    if (leastMs > 0 && leastMs <= staggerMs(this.#schedule.tempoTenths)) this.#move(leastMs);
  }

  #move(byMs: number): void {
    this.#schedule = { ...this.#schedule, originMs: this.#schedule.originMs + byMs };
    this.#lateMs = this.#lateMs.map((lateMs) => lateMs - byMs);
    if (!this.#lateMs.includes(0)) this.#lateMs.push(0);
    if (this.#lateMs.length > FRAMES_KEPT) this.#lateMs.shift();
  }
}

function tiedByWall(stored: StoredTimeline, now: Moment): Schedule {
  const wall = wallScheduleOf(stored);
  return { ...wall, originMs: now.monotonicMs + (wall.originMs - now.wallMs) };
}

/**
 * A value with another tempo from a downbeat on. The epoch is raised: it names the new version.
 *
 * `fromBeat` is the first downbeat that a frame still announces: one that is due next has been announced by nobody.
 * Undefined: it is no tempo.
 */
export function withTempoChange(
  stored: StoredTimeline,
  { nextBeat, tempoBpm }: { readonly nextBeat: number; readonly tempoBpm: number },
): StoredTimeline | undefined {
  if (tempoTenthsOf(tempoBpm) === undefined) return undefined;
  const { barLength, barOrigin, next: _replaced, ...rest } = stored;
  const barsPassed = Math.floor((nextBeat - barOrigin) / barLength);
  const fromBeat = barOrigin + (barsPassed + 1) * barLength;
  const timeline = { ...rest, barLength, barOrigin, epoch: stored.epoch + 1 };
  return tempoBpm === stored.tempoBpm ? timeline : { ...timeline, next: { fromBeat, tempoBpm } };
}
