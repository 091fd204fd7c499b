/** The name of a bar, computable by everyone (BACKBEAT-REQ-005). */
import { createHash } from "node:crypto";

const WINDOW_ID_HEX_DIGITS = 32;

/**
 * The `window_id` of the bar whose downbeat has this index: the first 32 lower-case hex digits of SHA-256
 * over `{clusterId}:{downbeatIndex}`. Readers treat ids as opaque and never compute them.
 */
export function windowIdOf(clusterId: string, downbeatIndex: number): string {
  return createHash("sha256")
    .update(`${clusterId}:${downbeatIndex}`)
    .digest("hex")
    .slice(0, WINDOW_ID_HEX_DIGITS);
}
