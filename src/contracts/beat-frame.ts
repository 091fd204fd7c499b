/** BeatFrame: what the pulse announces once per beat (INT-A, BACKBEAT-REQ-002). */
import Type from "typebox";
import { BeatIndex, ClusterId, described, Hlc, Metadata, SCHEMA_VERSION, WindowId } from "./fields.ts";

export const BEAT_FRAME_TYPE = "backbeat.beatframe.v1";

/** The parts of a bar, in their order. */
export const PHASES = ["plan", "execute", "review"] as const;

/** Draft-07 schema of a BeatFrame; the one source of its type, validator and generated file. */
export const BeatFrameSchema = Type.Object(
  {
    type: Type.Literal(BEAT_FRAME_TYPE, { description: "Which message this is." }),
    cluster_id: described(ClusterId, "The tempo domain that this beat belongs to."),
    beat_index: described(BeatIndex, "The beat; grows for ever."),
    downbeat: Type.Boolean({ description: "True on the first beat of a bar." }),
    phase: Type.Enum([...PHASES], { description: "Which third of the bar this beat lies in." }),
    hlc: Hlc,
    deadline_at: Type.String({
      description: "RFC 3339; when what this beat announces must be done.",
      format: "date-time",
    }),
    tempo_bpm: Type.Number({
      description: "Beats per minute, in steps of 0.1. Compare with a tolerance: 0.1 is no binary fraction.",
      minimum: 0.1,
      maximum: 1000,
      multipleOf: 0.1,
    }),
    window_id: described(WindowId, "The bar that this beat belongs to; changes with every bar."),
    metadata: Type.Optional(
      described(Metadata, "Open. Known: pulse_version, cluster_health, expected_agents."),
    ),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/beatframe/${SCHEMA_VERSION}`,
    title: "BACKBEAT BeatFrame",
    description: "One beat, published once by the pulse for the whole cluster.",
    additionalProperties: false,
  },
);

/** One beat, as it is on the wire. */
export type BeatFrame = Readonly<Type.Static<typeof BeatFrameSchema>>;

/** Which third of the bar a beat lies in. */
export type Phase = (typeof PHASES)[number];
