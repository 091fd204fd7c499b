/** An agent's settings, and everything that is wrong with them before anything is started. Pure. */
import { encodeClaim } from "../contracts/encode.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { BackbeatError } from "../errors.ts";
import type { Signer } from "./claims.ts";

/** Who the agent is and where it listens. */
export interface AgentSettings {
  /** 1 to 64 letters, digits, _ or -. */
  readonly clusterId: string;
  /** 1 to 128 letters, digits, _, : or -, such as `ci:build-7`. */
  readonly agentId: string;
  /** Default: those of the cluster. */
  readonly subjects?: Subjects;
  /** How long a beat waits for its frame before it is told without it, ms; default 50. */
  readonly jitterToleranceMs?: number;
  /** Signs claims, see `createClaimSigner`; default: they are not signed. */
  readonly signer?: Signer;
  readonly limits?: AgentLimits;
}

/** What an agent keeps of claims that have not arrived yet. */
export interface AgentLimits {
  /** Default 4,096. */
  readonly claimsMax?: number;
  /** Of their bodies; default 4 MiB. */
  readonly bytesMax?: number;
  /** How long one may wait for a bar that is over; default 600,000. */
  readonly claimAgeMaxMs?: number;
}

/** As `cluster_id` on the wire. */
const CLUSTER_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** @throws BackbeatError `bad-config` with every mistake */
export function checkAgentSettings(settings: AgentSettings): void {
  const { agentId, clusterId, jitterToleranceMs = 0 } = settings;
  const mistakes: string[] = [];
  if (typeof clusterId !== "string" || !CLUSTER_ID.test(clusterId))
    mistakes.push(`clusterId is ${JSON.stringify(clusterId)}, expected 1 to 64 letters, digits, _ or -`);
  if (!canClaim(agentId))
    mistakes.push(`agentId is ${JSON.stringify(agentId)}, expected 1 to 128 letters, digits, _, : or -`);
  if (!(jitterToleranceMs >= 0))
    mistakes.push(`jitterToleranceMs is ${jitterToleranceMs}, expected milliseconds, 0 or more`);
  const signsFor = settings.signer?.agentId;
  if (signsFor !== undefined && signsFor !== agentId)
    mistakes.push(
      `signer signs for ${JSON.stringify(signsFor)}, expected the agent itself, ${JSON.stringify(agentId)}`,
    );
  for (const [name, value] of Object.entries(settings.limits ?? {}))
    if (!(value > 0)) mistakes.push(`limits.${name} is ${value}, expected a number above 0`);
  if (mistakes.length > 0)
    throw new BackbeatError("bad-config", `Cannot start an agent: ${mistakes.join("; ")}`, {
      data: { mistakes },
    });
}

/** The wire decides what an agent may be called. */
export function canClaim(agentId: string): boolean {
  try {
    encodeClaim({
      type: "backbeat.statusclaim.v1",
      agent_id: agentId,
      beat_index: 0,
      state: "idle",
      hlc: "0000:0000:0000",
    });
    return true;
  } catch {
    return false;
  }
}
