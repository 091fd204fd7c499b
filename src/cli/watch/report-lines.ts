/** A report as a small table, the same columns for every report, so that one can be held against the next. Pure. */
import type { BarReport } from "../../contracts/bar-report.ts";
import type { Paint } from "../paint.ts";
import { countText, plain, rangeText, timeText } from "../plain.ts";
import { WINDOW_ID_SHOWN } from "./beat-line.ts";
import { issueWords } from "./issue-words.ts";

const INDENT = " ".repeat(10);
const SEVERITY_COLUMNS = 8;
const COUNT_COLUMNS = 11;

/** Drifts above this are no drifts; their size says enough. */
const DRIFT_SHOWN_MAX_MS = 999_999;

/** Without ends of line. */
export function reportLines(
  report: BarReport,
  { wallMs, paint }: { readonly wallMs: number; readonly paint: Paint },
): readonly string[] {
  const cells = cellsOf(report);
  const header = cells.map(([name, value, width]) => name.padStart(width ?? value.length)).join("  ");
  const values = cells.map(([, value, width]) => value.padStart(width ?? 0));
  const secrets = report.secret_rotations_ok ? paint.good("ok") : paint.bad("FAILED");
  const beats = `report  beats ${rangeText(report.from_beat, report.to_beat)}`;
  const windowId = paint.faint(`window ${report.window_id.slice(0, WINDOW_ID_SHOWN)}`);
  return [
    `${paint.faint(timeText(wallMs))}  ${paint.strong(beats)}  ${windowId}`,
    paint.faint(`${INDENT}${header}  secrets`),
    `${INDENT}${values.join("  ")}  ${secrets}`,
    ...(report.issues ?? []).map((issue) => issueLine(issue, paint)),
  ];
}

type Cell = readonly [name: string, value: string, width?: number];

function cellsOf(report: BarReport): readonly Cell[] {
  return [
    ["agents", countText(report.agents_reporting), COUNT_COLUMNS],
    ["on-time reviews", countText(report.on_time_reviews), 15],
    ["helps kept", countText(report.help_promises_fulfilled), COUNT_COLUMNS],
    ["drift", driftText(report.tempo_drift_ms), 12],
  ];
}

function issueLine(issue: NonNullable<BarReport["issues"]>[number], paint: Paint): string {
  const severity = plain(issue.severity, SEVERITY_COLUMNS).padEnd(SEVERITY_COLUMNS);
  const count = countText(issue.count).padStart(COUNT_COLUMNS);
  return `${INDENT}${painterOf(issue.severity, paint)(severity)}${count}  ${issueWords(issue.category, issue.count)}`;
}

function painterOf(severity: string, paint: Paint): (text: string) => string {
  if (severity === "critical" || severity === "error") return paint.bad;
  return severity === "warning" ? paint.warn : paint.faint;
}

function driftText(driftMs: number): string {
  const size = Math.abs(driftMs);
  const text = size > DRIFT_SHOWN_MAX_MS ? size.toExponential(2) : size.toFixed(1);
  // The sign of what is shown: -0.04 is 0.0.
  const sign = Number(text) === 0 ? "" : driftMs < 0 ? "-" : "+";
  return `${sign}${text} ms`;
}
