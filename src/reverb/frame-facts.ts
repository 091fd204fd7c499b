/** What a frame says of itself beyond its index, as people are shown it. Foreign pulses may say less. */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { Leadership, Tempo } from "./live-view.ts";

/** Who leads, and who published the frame. */
export function leadershipOf({ metadata }: BeatFrame): Leadership {
  const epoch = metadata?.epoch;
  return {
    leader: nameOf(metadata?.leader),
    epoch: typeof epoch === "number" && Number.isSafeInteger(epoch) && epoch > 0 ? epoch : 0,
    publisher: nameOf(metadata?.node),
  };
}

/** The tempo, and the one that is announced. */
export function tempoOf({ metadata, tempo_bpm }: BeatFrame): Tempo {
  const next = metadata?.next_tempo_bpm;
  return { tempoBpm: tempo_bpm, nextTempoBpm: typeof next === "number" && next > 0 ? next : undefined };
}

/** A name that is short enough to be shown: metadata is open, and may hold anything. */
function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= NAME_CHARS_MAX ? value : undefined;
}

const NAME_CHARS_MAX = 128;
