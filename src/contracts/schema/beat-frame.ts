/** The schema of a BeatFrame (INT-A): the one source of its type, its validator and its published file. */
import Type from "typebox";
import { BEAT_FRAME_TYPE, PHASES } from "../beat-frame.ts";
import { BeatIndex, ClusterId, described, Hlc, Metadata, SCHEMA_VERSION, WindowId } from "./fields.ts";

/** Draft-07 schema of a BeatFrame. */
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
