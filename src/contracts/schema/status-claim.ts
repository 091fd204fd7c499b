/** The schema of a StatusClaim (INT-B): the one source of its type, its validator and its published file. */
import Type from "typebox";
import { STATES, STATUS_CLAIM_TYPE } from "../status-claim.ts";
import { AgentId, BeatIndex, described, Hlc, Metadata, SCHEMA_VERSION, TaskId } from "./fields.ts";

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

/** Draft-07 schema of a StatusClaim. */
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
