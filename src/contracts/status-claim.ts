/** StatusClaim: what an agent says of itself for one beat (INT-B, BACKBEAT-REQ-020). */
import Type from "typebox";
import { AgentId, BeatIndex, Hlc, Metadata, SCHEMA_VERSION, TaskId } from "./fields.ts";

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

const Resources = Type.Object({
  cpu_percent: Type.Optional(Type.Number({ minimum: 0 })),
  memory_mb: Type.Optional(Type.Number({ minimum: 0 })),
  disk_io_ops: Type.Optional(Type.Number({ minimum: 0 })),
  network_kb: Type.Optional(Type.Number({ minimum: 0 })),
});

/** Draft-07 schema of a StatusClaim; the one source of its type, validator and generated file. */
export const StatusClaimSchema = Type.Object(
  {
    type: Type.Literal(STATUS_CLAIM_TYPE),
    agent_id: AgentId,
    task_id: Type.Optional(TaskId),
    beat_index: BeatIndex,
    state: Type.Enum([...STATES]),
    beats_left: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    progress: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    notes: Type.Optional(Type.String({ maxLength: 256 })),
    hlc: Hlc,
    resources: Type.Optional(Resources),
    dependencies: Type.Optional(Type.Array(AgentId)),
    metadata: Type.Optional(Metadata),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/statusclaim/${SCHEMA_VERSION}`,
    title: "BACKBEAT StatusClaim",
    additionalProperties: false,
  },
);

/** One claim, as it is on the wire. */
export type StatusClaim = Readonly<Type.Static<typeof StatusClaimSchema>>;

/** What an agent says that it is doing. */
export type AgentState = (typeof STATES)[number];
