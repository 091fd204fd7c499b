/** Nobody ever took the lease and we know no timeline: the journal may know one, by the last beat in it. */
import { deadlineMsOf } from "../contracts/deadline.ts";
import { createDecoder } from "../contracts/decode.ts";
import { Refusal } from "../contracts/refusal.ts";
import { timelineOfBeat } from "../core/shared-timeline.ts";
import type { Lease, Log } from "../ports.ts";
import type { Accord } from "./accord.ts";
import { heardBeatOf } from "./presence.ts";

export interface RecoverParts {
  readonly clusterId: string;
  readonly lease: Lease;
  readonly accord: Accord;
  readonly log: Log;
}

/**
 * Takes up the timeline of the journal's last frame, where there is one of this cluster. False: it is not known whether
 * there is one, and whoever began anew would use its indexes again (P1).
 */
export async function recoverTimeline({ accord, clusterId, lease, log }: RecoverParts): Promise<boolean> {
  const body = await lease.newestFrame();
  if (body === "unknown") return false;
  const frame = body && createDecoder().frame(body);
  if (frame === undefined || frame instanceof Refusal) return true;
  const heard = heardBeatOf(frame);
  if (heard === undefined || frame.cluster_id !== clusterId) return true;
  const dueWallMs = deadlineMsOf(frame) - 60_000 / frame.tempo_bpm;
  accord.adopt(timelineOfBeat(heard, { clusterId, dueWallMs }));
  log.warn(`The timeline was found in the journal: its last beat there is ${heard.beat}`);
  return true;
}
