/** Why a claim came to nothing, in words that say what to do. */
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { BackbeatError } from "../../errors.ts";

export function replaced({ beat_index, state }: StatusClaim): BackbeatError {
  return new BackbeatError(
    "outbox-full",
    `Not sent: the outbox was full, and the later claim "${state}" of beat ${beat_index} for the same task took its place`,
    { data: { replacedByBeat: beat_index } },
  );
}

export function expired(beatIndex: number, ageMaxMs: number): BackbeatError {
  return new BackbeatError(
    "claim-expired",
    `Not sent: the claim for beat ${beatIndex} waited for more than ${Math.round(ageMaxMs / 1_000)} s and its bar is over`,
    { data: { beatIndex } },
  );
}

export function refused(why: string, cause?: unknown): BackbeatError {
  return new BackbeatError("claim-refused", `Cannot claim: the server refuses this claim for good: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
  });
}

export function abandoned(): BackbeatError {
  return new BackbeatError(
    "stopped",
    "The agent was stopped before the server confirmed this claim, which may be lost; give stop() more time, or start another agent and claim again",
  );
}
