/** Waiting for other agents, and saying so on each beat: what reverb finds cycles in. */
import { BackbeatError } from "../errors.ts";
import { STANDING_CLAIMS_MAX, type StandingClaims } from "./standing-claim.ts";
import { untilOrStopped } from "./until-stopped.ts";

interface WaitOrder<T> {
  readonly agentIds: readonly string[];
  readonly until: PromiseLike<T>;
  /** Aborted when the agent is stopped. */
  readonly stopped: AbortSignal;
}

/** @throws BackbeatError `too-many-tasks`, `stopped`; what `until` rejected with */
export async function waitBlocked<T>(
  standing: StandingClaims,
  { agentIds, stopped, until }: WaitOrder<T>,
): Promise<T> {
  if (standing.size >= STANDING_CLAIMS_MAX)
    throw new BackbeatError(
      "too-many-tasks",
      `Cannot wait for ${agentIds.join(", ")}: ${STANDING_CLAIMS_MAX} tasks, waits and promises of this agent have not ended; end some, or start another agent`,
    );
  const dependencies = [...agentIds];
  const off = standing.begin(() => ({ state: "blocked", details: { dependencies } }));
  try {
    return await untilOrStopped(until, stopped);
  } finally {
    off();
  }
}
