/** BeatFrame: what the pulse announces once per beat (INT-A, BACKBEAT-REQ-002). */
import Type from "typebox";
import { BeatIndex, ClusterId, Hlc, Metadata, SCHEMA_VERSION, WindowId } from "./fields.ts";

export const BEAT_FRAME_TYPE = "backbeat.beatframe.v1";

/** The parts of a bar, in their order. */
export const PHASES = ["plan", "execute", "review"] as const;

/** Draft-07 schema of a BeatFrame; the one source of its type, validator and generated file. */
export const BeatFrameSchema = Type.Object(
  {
    type: Type.Literal(BEAT_FRAME_TYPE),
    cluster_id: ClusterId,
    beat_index: BeatIndex,
    downbeat: Type.Boolean(),
    phase: Type.Enum([...PHASES]),
    hlc: Hlc,
    deadline_at: Type.String({ format: "date-time" }),
    tempo_bpm: Type.Number({ minimum: 0.1, maximum: 1000, multipleOf: 0.1 }),
    window_id: WindowId,
    metadata: Type.Optional(Metadata),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/beatframe/${SCHEMA_VERSION}`,
    title: "BACKBEAT BeatFrame",
    additionalProperties: false,
  },
);

/** One beat, as it is on the wire. */
export type BeatFrame = Readonly<Type.Static<typeof BeatFrameSchema>>;

/** Which third of the bar a beat lies in. */
export type Phase = (typeof PHASES)[number];
