/** Stored reports for eyes: a line each in aligned columns, or one of them in full. Pure. */
import type { BarReport, Severity } from "../../contracts/bar-report.ts";
import { SEVERITIES } from "../../contracts/bar-report.ts";
import type { Paint } from "../paint.ts";
import { countText, plain, rangeText } from "../plain.ts";
import { issueWords } from "../watch/issue-words.ts";

/** A report as it is listed; what its headers do not say is left out. */
export interface ListedReport {
  readonly storedAtMs: number;
  readonly report: BarReport;
  readonly headers: Readonly<Record<string, string>>;
  /** Its chain is another one than that of the report before. */
  readonly beginsChain: boolean;
}

type Row = readonly string[];

const HEADINGS: Row = ["stored at", "beats", "agents", "claims", "window", "issues"];

/** Numbers stand to the right. */
const TO_THE_RIGHT: readonly number[] = [2, 3];

const WINDOW_SHOWN = 12;

/** For one, for many. */
const SEVERITY_WORDS: Readonly<Record<Severity, readonly [one: string, many: string]>> = {
  critical: ["critical", "critical"],
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["note", "notes"],
};

/** Without ends of line. */
export function reportTable(reports: readonly ListedReport[], paint: Paint): readonly string[] {
  const rows = reports.map(rowOf);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: Row): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return TO_THE_RIGHT.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    paint.faint(line(HEADINGS)),
    ...rows.flatMap((row, at) => {
      const listed = reports[at];
      const shown = painted(line(row), { listed, paint });
      return listed?.beginsChain === true ? [shown, paint.faint(chainLine(listed))] : [shown];
    }),
  ];
}

/** A report in full: members, issues in words, headers. Without ends of line. */
export function wholeReport(
  { headers, report, seq, storedAtMs }: Omit<ListedReport, "beginsChain"> & { readonly seq: number },
  paint: Paint,
): readonly string[] {
  const { issues = [], type: _, ...members } = report;
  const values: readonly (readonly [string, string])[] = Object.entries(members).map(([name, value]) => [
    name,
    plain(String(value), 64),
  ]);
  return [
    paint.strong(`report ${seq}, stored at ${timestamp(storedAtMs)}`),
    ...aligned(values),
    ...(issues.length === 0 ? ["  no issues"] : ["  issues"]),
    ...issues.map(
      ({ category, count, severity }) =>
        `    ${painterOf(severity, paint)(plain(severity, 8).padEnd(8))}  ${countText(count)} ${issueWords(category, count)}`,
    ),
    paint.strong("headers"),
    ...aligned(Object.entries(headers).map(([name, value]) => [name, plain(value, 1_000)])),
  ];
}

/** `2 errors, 1 warning`; `-` where there is none. */
export function issuesText({ issues = [] }: BarReport): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = issues.filter((issue) => issue.severity === severity).length;
    const [one, many] = SEVERITY_WORDS[severity];
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return parts.length === 0 ? "-" : parts.join(", ");
}

/** `2026-03-01 12:00:05`, in the time of this machine. */
export function timestamp(wallMs: number): string {
  const time = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

/** Names and values in two columns. */
export function aligned(rows: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function rowOf({ headers, report, storedAtMs }: ListedReport): Row {
  const claims = headers["Backbeat-Claims"];
  return [
    timestamp(storedAtMs),
    rangeText(report.from_beat, report.to_beat),
    countText(report.agents_reporting),
    claims === undefined ? "?" : countText(Number(claims)),
    report.window_id.slice(0, WINDOW_SHOWN),
    issuesText(report),
  ];
}

function painted(
  text: string,
  { listed, paint }: { readonly listed: ListedReport | undefined; readonly paint: Paint },
): string {
  const [worst] = listed?.report.issues ?? [];
  return worst === undefined || worst.severity === "info" ? text : painterOf(worst.severity, paint)(text);
}

function painterOf(severity: string, paint: Paint): (text: string) => string {
  if (severity === "critical" || severity === "error") return paint.bad;
  return severity === "warning" ? paint.warn : paint.faint;
}

function chainLine({ headers }: ListedReport): string {
  return `  ^ first report of chain ${plain((headers["Backbeat-Chain"] ?? "").slice(0, WINDOW_SHOWN), WINDOW_SHOWN)}`;
}
