/** A timeline as pulses tell it to each other, and back; and what a frame says of it. */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { PresenceTimeline } from "../contracts/presence.ts";
import type { HeardBeat } from "../core/shared-timeline.ts";
import type { StoredTimeline } from "../core/timeline.ts";

export function told(timeline: StoredTimeline): PresenceTimeline {
  const { barLength, barOrigin, epoch, firstBeat, lastBeat, next, originWallMs, tempoBpm } = timeline;
  return {
    epoch,
    first_beat: firstBeat,
    due_ms: originWallMs,
    tempo_bpm: tempoBpm,
    bar_length: barLength,
    bar_origin: barOrigin,
    last_beat: lastBeat,
    ...(next === undefined ? {} : { next: { from_beat: next.fromBeat, tempo_bpm: next.tempoBpm } }),
  };
}

export function timelineTold(timeline: PresenceTimeline, clusterId: string): StoredTimeline {
  const { next } = timeline;
  return {
    clusterId,
    epoch: timeline.epoch,
    firstBeat: timeline.first_beat,
    originWallMs: timeline.due_ms,
    tempoBpm: timeline.tempo_bpm,
    barLength: timeline.bar_length,
    barOrigin: timeline.bar_origin,
    lastBeat: timeline.last_beat,
    ...(next === undefined ? {} : { next: { fromBeat: next.from_beat, tempoBpm: next.tempo_bpm } }),
  };
}

/** Undefined for a frame that does not say enough: one of a foreign pulse. */
export function heardBeatOf({ beat_index, metadata, tempo_bpm }: BeatFrame): HeardBeat | undefined {
  const epoch = indexOf(metadata?.epoch);
  const barFrom = indexOf(metadata?.bar_from);
  const barLength = indexOf(metadata?.bar_length);
  if (epoch === undefined || barFrom === undefined || barLength === undefined || barLength === 0)
    return undefined;
  const next = metadata?.next_tempo_bpm;
  return {
    epoch,
    beat: beat_index,
    tempoBpm: tempo_bpm,
    barFrom,
    barLength,
    ...(typeof next === "number" && next >= 0.1 && next <= 1_000 ? { nextTempoBpm: next } : {}),
  };
}

/** Which run of its publisher a frame names; undefined where it names none. */
export function bootIn({ metadata }: BeatFrame): string | undefined {
  return nodeIn(metadata?.boot);
}

/** A node that a frame names; undefined where it names none. */
export function nodeIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function indexOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
