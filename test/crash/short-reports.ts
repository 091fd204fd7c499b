/**
 * Held against the generator's log alone: what was acknowledged between the first and the last frame of a bar counts in
 * its report, if that calls itself complete, whatever has become of the journal since.
 *
 * A bound from below, for the journal may be gone: what was sent ahead of the bar, or during grace, is left out. On one
 * server, which acknowledges in the order in which it stores.
 */
import type { ReportFacts } from "./ledger.ts";
import type { LogLine } from "./load.ts";

export function shortReports(reports: readonly ReportFacts[], log: Iterable<LogLine>): string[] {
  const complete = reports.filter(({ issues }) => issues.partial_window === undefined);
  const byBeat = new Map<number, ReportFacts>();
  for (const report of complete)
    for (let beat = report.fromBeat; beat <= report.toBeat; beat += 1) byBeat.set(beat, report);
  const acknowledged = new Map<ReportFacts, number>();
  let current: ReportFacts | undefined;
  /** Since the newest frame: certain only when the next one of the bar, or the first after it, is seen behind them. */
  let since = 0;
  for (const line of log) {
    if (line.kind === "claim") {
      if (current !== undefined && line.beat >= current.fromBeat && line.beat <= current.toBeat) since += 1;
      continue;
    }
    if (current !== undefined && line.beat <= current.toBeat + 1)
      acknowledged.set(current, (acknowledged.get(current) ?? 0) + since);
    current = byBeat.get(line.beat);
    since = 0;
  }
  return complete.flatMap((report) => {
    const times = acknowledged.get(report) ?? 0;
    return times <= report.claims
      ? []
      : [
          `window ${report.windowId} calls itself complete and counts ${report.claims}, acknowledged during it were ${times}`,
        ];
  });
}
