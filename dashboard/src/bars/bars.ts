/** The bars that were reported, oldest first, as the page keeps them: reports from the list, details from events. Pure. */

import type {
  BarReport,
  Conservation,
  Headers,
  IssueDetail,
  ReportEvent,
  StoredReport,
  WindowItem,
} from "../wire/types.ts";
import { worstFirst } from "../words/issues.ts";

/** Bars in the charts and the table: at 120 beats a bar and 2 beats a minute, four days. */
export const BARS_KEPT = 100;

export interface BarDetails {
  readonly claimsCount: number;
  readonly completedTasks: number;
  readonly failedTasks: number;
  readonly conservation: Conservation;
  readonly issueDetails: readonly IssueDetail[];
}

export interface Bar {
  readonly windowId: string;
  readonly report: BarReport;
  readonly headers: Headers;
  /** Not known of bars that were reported before this page was opened. */
  readonly details?: BarDetails;
  /** Known sooner than the other details. */
  readonly completedTasks?: number;
  readonly failedTasks?: number;
}

/** Adds a bar that has just been reported; one that is known is replaced where it stands. */
export function withReport(bars: readonly Bar[], event: ReportEvent): readonly Bar[] {
  const bar: Bar = {
    windowId: event.report.window_id,
    report: event.report,
    headers: event.headers,
    completedTasks: event.completed_tasks,
    failedTasks: event.failed_tasks,
    details: {
      claimsCount: event.claims_count,
      completedTasks: event.completed_tasks,
      failedTasks: event.failed_tasks,
      conservation: event.conservation,
      issueDetails: event.issue_details,
    },
  };
  const place = bars.findIndex(({ windowId }) => windowId === bar.windowId);
  if (place >= 0) return bars.with(place, bar);
  return [...bars, bar].slice(-BARS_KEPT);
}

export interface BarLists {
  /** Newest first, as both are answered. */
  readonly reports: readonly StoredReport[];
  readonly windows: readonly WindowItem[];
  /** Bars that were reported while the lists were under way. */
  readonly arrived: readonly Bar[];
}

/** All bars anew, from the lists; what was known more of them is kept. */
export function fromLists(known: readonly Bar[], { arrived, reports, windows }: BarLists): readonly Bar[] {
  const before = new Map(known.map((bar) => [bar.windowId, bar]));
  const counted = new Map(windows.map((window) => [window.window_id, window]));
  const listed = reports
    .slice(0, BARS_KEPT)
    .map(({ headers, report }): Bar => {
      const windowId = report.window_id;
      const item = counted.get(windowId);
      const fresh = { windowId, report, headers };
      const kept = before.get(windowId);
      if (kept?.details !== undefined) return { ...kept, ...fresh };
      if (typeof item?.completed_tasks !== "number" || typeof item.failed_tasks !== "number") return fresh;
      return { ...fresh, completedTasks: item.completed_tasks, failedTasks: item.failed_tasks };
    })
    .reverse();
  const ids = new Set(listed.map(({ windowId }) => windowId));
  return [...listed, ...arrived.filter(({ windowId }) => !ids.has(windowId))].slice(-BARS_KEPT);
}

/** What the charts show of a bar, one number each; null where it is not known. */
export interface BarFigures {
  readonly agents: number;
  readonly reviews: number;
  readonly helps: number;
  readonly completed: number | null;
  readonly failed: number | null;
  readonly issues: number;
  readonly driftMs: number;
}

export function figuresOf({ completedTasks, failedTasks, report }: Bar): BarFigures {
  return {
    agents: report.agents_reporting,
    reviews: report.on_time_reviews,
    helps: report.help_promises_fulfilled,
    completed: completedTasks ?? null,
    failed: failedTasks ?? null,
    issues: report.issues?.length ?? 0,
    driftMs: report.tempo_drift_ms,
  };
}

/** The worst severity of a report; undefined without issues. */
export function worstSeverity({ issues = [] }: BarReport): string | undefined {
  return worstFirst(issues)[0]?.severity;
}

/** `beats 81–88`, as a bar is called on the page. */
export function beatsText({ from_beat, to_beat }: Pick<BarReport, "from_beat" | "to_beat">): string {
  return from_beat === to_beat ? `beat ${from_beat}` : `beats ${from_beat}–${to_beat}`;
}

/** Where the claims of a bar went, as a sum that adds up: R6 in one line. */
export function conservationText({ counted, duplicate, late, received, refused }: Conservation): string {
  const reasons = Object.entries(refused).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [`${counted} counted`, `${duplicate} duplicate`, `${late} late`];
  for (const [reason, count] of reasons) parts.push(`${count} refused (${reason.replace(/^refused-/, "")})`);
  return `${received} received = ${parts.join(" + ")}`;
}

/** Whether that sum adds up. */
export function addsUp({ counted, duplicate, late, received, refused }: Conservation): boolean {
  const sum = Object.values(refused).reduce((total, count) => total + count, 0);
  return received === counted + duplicate + late + sum;
}

/** The entries of the journal that the report was computed from; undefined without a journal. */
export function inputCut(headers: Headers): { readonly first: string; readonly last: string } | undefined {
  const [first, last] = [headers["Backbeat-First-Sequence"], headers["Backbeat-Last-Sequence"]];
  return first === undefined || last === undefined ? undefined : { first, last };
}
