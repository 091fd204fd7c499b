/** The one member of a frame that is a time. */
import type { BeatFrame } from "./beat-frame.ts";

/**
 * When what this beat announces must be done, ms since the Unix epoch; finite for every frame that was decoded.
 * A leap second, legal in RFC 3339 but not in JavaScript, counts as the second before it.
 */
export function deadlineMsOf(frame: Pick<BeatFrame, "deadline_at">): number {
  const deadlineMs = Date.parse(frame.deadline_at);
  return Number.isNaN(deadlineMs) ? Date.parse(frame.deadline_at.replace(":60", ":59")) : deadlineMs;
}
