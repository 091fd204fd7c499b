/** BarReport: the one summary of a bar (INT-C, BACKBEAT-REQ-021). */
import type Type from "typebox";
import type { BarReportSchema } from "./schema/bar-report.ts";

export const BAR_REPORT_TYPE = "backbeat.barreport.v1";

/** How bad an issue is, worst first. */
export const SEVERITIES = ["critical", "error", "warning", "info"] as const;

/** Most issues that a report may carry. */
export const REPORT_ISSUES_MAX = 100;

/** One report, as it is on the wire. Members stand in the order of the canonical form. */
export type BarReport = Readonly<Type.Static<typeof BarReportSchema>>;

/** How bad an issue is. */
export type Severity = (typeof SEVERITIES)[number];
