/** Door `./sdk`: take part as an agent — hear beats, claim a state. Loads no server code. */
export type { BarReport } from "../contracts/bar-report.ts";
export type { BeatFrame, Phase } from "../contracts/beat-frame.ts";
export type { Headers } from "../contracts/report-headers.ts";
export type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
export type { StreamRefusal } from "../contracts/stream-refusal.ts";
export { type Subjects, subjectsOf } from "../contracts/subjects.ts";
export type { BarGrid } from "../core/bar-grid.ts";
export { BackbeatError, type ErrorCode } from "../errors.ts";
export type { Bus, Clock, Log } from "../ports.ts";
export type { Agent, AgentHealth, AgentPorts, HelpOptions } from "./agent.ts";
export type { AgentLimits, AgentSettings } from "./agent-settings.ts";
export type { Beat, BeatNow } from "./beat.ts";
export type { BudgetedWork } from "./beat-work.ts";
export type { ClaimDetails, Signer } from "./claims.ts";
export { type ConnectOptions, connectAgent } from "./connect-agent.ts";
export { type CreateOptions, createAgent } from "./create-agent.ts";
export {
  beatIndexOf,
  type LegacyDirection,
  type LegacyPosition,
  LegacyPositions,
  legacyPositionOf,
} from "./legacy.ts";
export type { Listener } from "./listeners.ts";
export { ClaimError, type ClaimErrorCode } from "./outbox/claim-ends.ts";
export { runAgent } from "./running-agent.ts";
export { type ClaimSigner, type ClaimSignerOptions, createClaimSigner } from "./signing.ts";
export type { Task, TaskOptions, TaskWork } from "./task.ts";
