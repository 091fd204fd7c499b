/** BarReport: the one summary of a bar (INT-C, BACKBEAT-REQ-021). */
import Type from "typebox";
import { BeatIndex, Count, SCHEMA_VERSION, WindowId } from "./fields.ts";

export const BAR_REPORT_TYPE = "backbeat.barreport.v1";

/** How bad an issue is, worst first. */
export const SEVERITIES = ["critical", "error", "warning", "info"] as const;

/** Most issues that a report may carry. */
export const REPORT_ISSUES_MAX = 100;

const Issue = Type.Object({
  severity: Type.String(),
  category: Type.String(),
  count: Count,
});

/** Draft-07 schema of a BarReport; the one source of its type, validator and generated file. */
export const BarReportSchema = Type.Object(
  {
    type: Type.Literal(BAR_REPORT_TYPE),
    window_id: WindowId,
    from_beat: BeatIndex,
    to_beat: BeatIndex,
    agents_reporting: Count,
    on_time_reviews: Count,
    help_promises_fulfilled: Count,
    secret_rotations_ok: Type.Boolean(),
    tempo_drift_ms: Type.Number(),
    issues: Type.Optional(Type.Array(Issue, { maxItems: REPORT_ISSUES_MAX })),
  },
  {
    $id: `https://backbeat.chorus.services/schemas/barreport/${SCHEMA_VERSION}`,
    title: "BACKBEAT BarReport",
    additionalProperties: false,
  },
);

/** One report, as it is on the wire. Members stand in the order of the canonical form. */
export type BarReport = Readonly<Type.Static<typeof BarReportSchema>>;

/** How bad an issue is. */
export type Severity = (typeof SEVERITIES)[number];
