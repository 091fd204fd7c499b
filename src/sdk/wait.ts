/** Waiting for other agents, and saying so on each beat: what reverb finds cycles in. */
import { BackbeatError } from "../errors.ts";
import { STANDING_CLAIMS_MAX, type StandingClaims } from "./standing-claim.ts";

/** @throws BackbeatError `too-many-tasks`; what `until` rejected with */
export async function waitBlocked<T>(
  standing: StandingClaims,
  { agentIds, until }: { readonly agentIds: readonly string[]; readonly until: PromiseLike<T> },
): Promise<T> {
  if (standing.size >= STANDING_CLAIMS_MAX)
    throw new BackbeatError(
      "too-many-tasks",
      `Cannot wait for ${agentIds.join(", ")}: ${STANDING_CLAIMS_MAX} tasks, waits and promises of this agent have not ended; end some, or start another agent`,
    );
  const dependencies = [...agentIds];
  const off = standing.begin(() => ({ state: "blocked", details: { dependencies } }));
  try {
    return await until;
  } finally {
    off();
  }
}
