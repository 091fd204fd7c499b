/**
 * Where in the bar we are, between the beats that are heard: the newest beat, run on by this page's own clock.
 *
 * Never runs ahead of what was heard by a beat or more: an overdue beat is shown as overdue, not as having come.
 */
import type { BeatEvent } from "../wire/types.ts";

export interface HeardBeat extends BeatEvent {
  /** When the beat began, on this page's monotonic clock. */
  readonly beganAtMs: number;
}

/** Beats without a frame after which reverb itself says that there is no beat. */
const STOPPED_AFTER_BEATS = 3;

/** A beat may come a little late over a slow link before anybody is told. */
const OVERDUE_AFTER_BEATS = 1.5;

/** A beat as it was heard at a time of this page's clock. */
export function heardBeat(event: BeatEvent, nowMs: number): HeardBeat {
  return { ...event, beganAtMs: nowMs - event.into_beat_ms };
}

export interface BeatPlace {
  /** Part of the beat that is over, 0 … 1. */
  readonly part: number;
  /** Beat of its bar, from 1. */
  readonly beatOfBar: number;
  /** `overdue`: the next should have come; `stopped`: for three beats. */
  readonly pace: "on time" | "overdue" | "stopped";
  /** Since the next beat was due; 0 before. */
  readonly overdueMs: number;
}

export function placeInBeat(beat: HeardBeat, nowMs: number): BeatPlace {
  const sinceMs = Math.max(0, nowMs - beat.beganAtMs);
  const beats = sinceMs / beat.beat_ms;
  return {
    part: Math.min(1, beats),
    beatOfBar: beat.beat_index - beat.bar_from + 1,
    pace: beats >= STOPPED_AFTER_BEATS ? "stopped" : beats >= OVERDUE_AFTER_BEATS ? "overdue" : "on time",
    overdueMs: Math.max(0, sinceMs - beat.beat_ms),
  };
}
