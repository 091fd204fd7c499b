/** StatusClaim: what an agent says of itself for one beat (INT-B, BACKBEAT-REQ-020). */
import Type from "typebox";
import { AgentId, BeatIndex, described, Hlc, Metadata, SCHEMA_VERSION, TaskId } from "./fields.ts";

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

/** The limit is the wire's, in characters (code points), not in bytes. */
const NOTES_CHARACTERS_MAX = 256;

const BEATS_LEFT_MAX = 1000;

const Resources = Type.Object(
  {
    cpu_percent: Type.Optional(Type.Number({ minimum: 0 })),
    memory_mb: Type.Optional(Type.Number({ minimum: 0 })),
    disk_io_ops: Type.Optional(Type.Number({ minimum: 0 })),
    network_kb: Type.Optional(Type.Number({ minimum: 0 })),
  },
  { description: "What the agent uses." },
);

/** Draft-07 schema of a StatusClaim; the one source of its type, validator and generated file. */
export const StatusClaimSchema = Type.Object(
  {
    type: Type.Literal(STATUS_CLAIM_TYPE, { description: "Which message this is." }),
    agent_id: described(AgentId, "Who claims: service:instance or agent:id."),
    task_id: Type.Optional(described(TaskId, "What the agent works on.")),
    beat_index: described(BeatIndex, "The beat that this claim speaks of."),
    state: Type.Enum([...STATES], { description: "What the agent is doing." }),
    beats_left: Type.Optional(
      Type.Integer({ description: "Beats until it is done.", minimum: 0, maximum: BEATS_LEFT_MAX }),
    ),
    progress: Type.Optional(
      Type.Number({ description: "How much is done, 0 to 1.", minimum: 0, maximum: 1 }),
    ),
    notes: Type.Optional(Type.String({ description: "For people.", maxLength: NOTES_CHARACTERS_MAX })),
    hlc: Hlc,
    resources: Type.Optional(Resources),
    dependencies: Type.Optional(
      Type.Array(described(AgentId, "An agent."), { description: "Whom the agent waits for or helps." }),
    ),
    metadata: Type.Optional(described(Metadata, "Open. Known: agent_version, error_code, retry_count.")),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/statusclaim/${SCHEMA_VERSION}`,
    title: "BACKBEAT StatusClaim",
    description: "What one agent says of itself for one beat.",
    additionalProperties: false,
  },
);

/** One claim, as it is on the wire. */
export type StatusClaim = Readonly<Type.Static<typeof StatusClaimSchema>>;

/** What an agent says that it is doing. */
export type AgentState = (typeof STATES)[number];
