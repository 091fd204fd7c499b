/** StatusClaim: what an agent says of itself for one beat (INT-B, BACKBEAT-REQ-020). */
import type Type from "typebox";
import type { StatusClaimSchema } from "./schema/status-claim.ts";

export const STATUS_CLAIM_TYPE = "backbeat.statusclaim.v1";

/** What an agent may say that it is doing. */
export const STATES = [
  "idle",
  "planning",
  "executing",
  "reviewing",
  "completed",
  "failed",
  "blocked",
  "helping",
] as const;

/** One claim, as it is on the wire. */
export type StatusClaim = Readonly<Type.Static<typeof StatusClaimSchema>>;

/** What an agent says that it is doing. */
export type AgentState = (typeof STATES)[number];
