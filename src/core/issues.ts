/** What a report may warn of: severity of each category, and the order in which issues stand. */
import { SEVERITIES, type Severity } from "../contracts/bar-report.ts";
import type { IssueCategory, IssueDetail } from "./summary.ts";
import { compare } from "./wait-graph.ts";

/** How bad each category is. What each means and what to do stands in docs/operations.md. */
export const SEVERITY_OF: Readonly<Record<IssueCategory, Severity>> = {
  secret_rotation: "critical",
  agents_over_limit: "error",
  failed_tasks: "error",
  intake_gap: "error",
  wait_cycle: "error",
  blocked_agents: "warning",
  invalid_messages: "warning",
  late_claims: "warning",
  missed_beats: "warning",
  silent_agents: "warning",
  stalled_agents: "warning",
  tempo_drift: "warning",
  timeline_restarted: "warning",
  duplicate_claims: "info",
  partial_window: "info",
};

/** An issue before its severity is looked up; dropped when its count is 0. */
export interface Finding {
  readonly category: IssueCategory;
  readonly count: number;
  readonly text: string;
  readonly agents?: readonly string[];
  readonly cycles?: readonly (readonly string[])[];
}

/** Findings as issues: those with a count, worst first, then by category. */
export function issuesOf(findings: readonly Finding[]): IssueDetail[] {
  return findings
    .filter((finding) => finding.count > 0)
    .map((finding) => ({ ...finding, agents: finding.agents ?? [], severity: SEVERITY_OF[finding.category] }))
    .sort((a, b) => rank(a.severity) - rank(b.severity) || compare(a.category, b.category));
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
