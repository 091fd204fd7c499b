/** From a window to its report: KPIs, issues and the names behind them (BACKBEAT-REQ-021, R3). */
import { BAR_REPORT_TYPE, type BarReport } from "../contracts/bar-report.ts";
import { roundDriftMs } from "../contracts/encode.ts";
import { findings } from "./findings.ts";
import { issuesOf } from "./issues.ts";
import type { KnownAgents } from "./known-agents.ts";
import { type RollUp, rollUp } from "./roll-up.ts";
import type { BarConservation, BarPosition, IssueDetail, WindowDetail, WindowSummary } from "./summary.ts";
import type { Window } from "./window.ts";

export interface CloseOptions {
  readonly known: KnownAgents;
  /** The bar before; undefined where there is none. */
  readonly before: Window | undefined;
  readonly rotationRequired: boolean;
  /** Beats per bar, for the end of a bar that is still open. */
  readonly barLength: number;
  /** The timeline was restarted since the report before. */
  readonly isRestarted: boolean;
  readonly position: BarPosition;
}

/** Everything that is known of a bar, with its report; of an open bar as it would be now. */
export function closeBar(window: Window, options: CloseOptions): WindowDetail {
  const sums = rollUp(window, options.before, options);
  const issueDetails = issuesOf(findings(window, sums, options));
  return {
    ...summarize(window, options.barLength),
    position: options.position,
    stateCounts: window.agents.stateCounts(),
    completedTasks: sums.completedTasks,
    failedTasks: sums.failedTasks.count,
    conservation: conservationOf(window),
    issueDetails,
    report: reportOf(window, { sums, issueDetails, barLength: options.barLength }),
  };
}

/** A window in a line; O(1). */
export function summarize(window: Window, barLength: number): WindowSummary {
  return {
    windowId: window.windowId,
    fromBeat: window.fromBeat,
    toBeat: endOf(window, barLength),
    open: window.toBeat === undefined,
    claimsCount: window.counted,
    agentsReporting: window.agents.size,
    lastUpdatedMs: window.lastUpdatedMs,
  };
}

function endOf(window: Window, barLength: number): number {
  return window.toBeat ?? Math.max(window.newestIndex, window.fromBeat + barLength - 1);
}

function conservationOf(window: Window): BarConservation {
  let refused = 0;
  for (const count of window.refused.values()) refused += count;
  return {
    received: window.counted + window.duplicate + window.late + refused,
    counted: window.counted,
    duplicate: window.duplicate,
    late: window.late,
    refused: Object.fromEntries(window.refused),
  };
}

interface ReportParts {
  readonly sums: RollUp;
  readonly issueDetails: readonly IssueDetail[];
  readonly barLength: number;
}

function reportOf(window: Window, { sums, issueDetails, barLength }: ReportParts): BarReport {
  const issues = issueDetails.map(({ severity, category, count }) => ({ severity, category, count }));
  return {
    type: BAR_REPORT_TYPE,
    window_id: window.windowId,
    from_beat: window.fromBeat,
    to_beat: endOf(window, barLength),
    agents_reporting: window.agents.size,
    on_time_reviews: sums.onTimeReviews,
    help_promises_fulfilled: sums.helpPromisesFulfilled,
    secret_rotations_ok: sums.unrotated.count === 0,
    tempo_drift_ms: roundDriftMs(window.heard.meanDriftMs),
    ...(issues.length === 0 ? {} : { issues }),
  };
}
