/** Door `./sdk`: take part as an agent — hear beats, claim a state. Loads no server code. */
export type { BeatFrame, Phase } from "../contracts/beat-frame.ts";
export type { Headers } from "../contracts/report-headers.ts";
export type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
export { type Subjects, subjectsOf } from "../contracts/subjects.ts";
export { BackbeatError, type ErrorCode } from "../errors.ts";
export type { Bus, Clock, Log } from "../ports.ts";
export { type Agent, type AgentPorts, runAgent } from "./agent.ts";
export type { AgentSettings } from "./agent-settings.ts";
export type { Beat, BeatNow } from "./beat.ts";
export type { ClaimDetails } from "./claims.ts";
export { type ConnectOptions, connectAgent } from "./connect-agent.ts";
export type { Listener } from "./listeners.ts";
export { type ClaimSigner, type ClaimSignerOptions, createClaimSigner } from "./signing.ts";
