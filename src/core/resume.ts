/**
 * How a timeline starts: anew, or from what was stored (P1: no index is ever used twice).
 *
 * After an outage the next beat is the one due by the stored wall origin, and the beats between are skipped. If
 * the clock says something that cannot be believed, a new epoch starts at the beat after the last one.
 */
import {
  anchoredAt,
  beatAt,
  dueMsOf,
  type Schedule,
  type StoredTimeline,
  wallScheduleOf,
} from "./timeline.ts";

/** Longest outage that a timeline is continued over: beyond a day a wrong clock is likelier than a right one. */
const OUTAGE_MAX_MS = 24 * 60 * 60 * 1000;

/** First index of a new cluster; 0 is legal but Go peers take it for "none". */
const FIRST_BEAT = 1;

/** What a pulse starts with. */
export interface TimelineStart {
  readonly kind: "begun" | "continued" | "new-epoch";
  readonly timeline: StoredTimeline;
  /** The first beat to publish; due at or after the time that was given. */
  readonly nextBeat: number;
  /** Beats that passed since the last one while nobody published. */
  readonly skippedBeats: number;
}

/** What a new timeline needs to know; `barLength` in beats. */
export interface NewTimeline {
  readonly clusterId: string;
  readonly tempoBpm: number;
  readonly barLength: number;
}

/**
 * A timeline whose first beat is due at `startWallMs`.
 *
 * Its epoch is the second of its birth: a pulse that lost its data comes back with a higher epoch than readers
 * know, else they would take it for a stale one and never hear it again.
 */
export function beginTimeline(wanted: NewTimeline, startWallMs: number): TimelineStart {
  const timeline: StoredTimeline = {
    clusterId: wanted.clusterId,
    epoch: secondsOf(startWallMs),
    firstBeat: FIRST_BEAT,
    originWallMs: startWallMs,
    tempoBpm: wanted.tempoBpm,
    barLength: wanted.barLength,
    barOrigin: FIRST_BEAT,
    lastBeat: FIRST_BEAT - 1,
  };
  return { kind: "begun", timeline, nextBeat: FIRST_BEAT, skippedBeats: 0 };
}

/**
 * The stored timeline, carried on from the first beat that is due at or after `startWallMs`.
 * @throws BackbeatError `bad-timeline` where its tempo is none.
 */
export function resumeTimeline(stored: StoredTimeline, startWallMs: number): TimelineStart {
  const schedule = wallScheduleOf(stored);
  const lastBeat = stored.lastBeat;
  const dueBeat = firstDueFrom(schedule, startWallMs);
  // The last beat was stored but is not due yet: its index is spent all the same, so wait for the one after.
  const nextBeat = dueBeat === lastBeat ? lastBeat + 1 : dueBeat;
  const isBelievable =
    nextBeat > lastBeat && dueMsOf(schedule, nextBeat) - dueMsOf(schedule, lastBeat) <= OUTAGE_MAX_MS;
  if (isBelievable)
    return { kind: "continued", timeline: stored, nextBeat, skippedBeats: nextBeat - lastBeat - 1 };
  const timeline: StoredTimeline = {
    ...anchoredAt(stored, { beat: lastBeat + 1, dueWallMs: startWallMs }),
    epoch: Math.max(stored.epoch + 1, secondsOf(startWallMs)),
  };
  return { kind: "new-epoch", timeline, nextBeat: lastBeat + 1, skippedBeats: 0 };
}

function firstDueFrom(schedule: Schedule, timeMs: number): number {
  const newest = beatAt(schedule, timeMs);
  return dueMsOf(schedule, newest) === timeMs ? newest : newest + 1;
}

function secondsOf(wallMs: number): number {
  return Math.floor(wallMs / 1000);
}
