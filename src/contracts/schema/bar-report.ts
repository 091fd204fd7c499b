/** The schema of a BarReport (INT-C): the one source of its type, its validator and its published file. */
import Type from "typebox";
import { BAR_REPORT_TYPE, REPORT_ISSUES_MAX } from "../bar-report.ts";
import { BeatIndex, Count, described, SCHEMA_VERSION, WindowId } from "./fields.ts";

/** Open, unlike a message: reports of other writers may say more about an issue than we do. */
const Issue = Type.Object({
  severity: Type.String({ description: "critical, error, warning or info." }),
  category: Type.String({ description: "What went wrong." }),
  count: described(Count, "How many agents, claims or beats it concerns."),
});

/** Draft-07 schema of a BarReport. */
export const BarReportSchema = Type.Object(
  {
    type: Type.Literal(BAR_REPORT_TYPE, { description: "Which message this is." }),
    window_id: described(WindowId, "The bar that is reported."),
    from_beat: described(BeatIndex, "Its first beat."),
    to_beat: described(BeatIndex, "Its last beat, inclusive."),
    agents_reporting: described(Count, "Distinct agents whose claims were counted."),
    on_time_reviews: described(
      Count,
      "Distinct agents that reviewed or completed before the deadline of their beat.",
    ),
    help_promises_fulfilled: described(Count, "Promises of help that were kept in the bar."),
    secret_rotations_ok: Type.Boolean({ description: "False if an agent failed to rotate its secrets." }),
    tempo_drift_ms: Type.Number({
      description: "How far the beats were from the announced tempo, in milliseconds; positive is behind.",
    }),
    issues: Type.Optional(
      Type.Array(Issue, { description: "What went wrong, worst first.", maxItems: REPORT_ISSUES_MAX }),
    ),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/barreport/${SCHEMA_VERSION}`,
    title: "BACKBEAT BarReport",
    description: "The one summary of a bar, published once after its last beat.",
    additionalProperties: false,
  },
);
