/** The one member of a frame that is a time. */
import type { BeatFrame } from "./beat-frame.ts";

/** When what this beat announces must be done, ms since the Unix epoch. */
export function deadlineMsOf(frame: BeatFrame): number {
  return Date.parse(frame.deadline_at);
}
