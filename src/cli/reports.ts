/** `backbeat reports`: what is stored, newest first, or one report in full. A thin shell around reverb/history.ts. */
import { createDecoder, Refusal } from "../contracts/decode.ts";
import { REPORT_HEADERS } from "../contracts/report-headers.ts";
import { BackbeatError } from "../errors.ts";
import { findReport } from "../reverb/find-report.ts";
import { type PlacedReport, ReportHistory } from "../reverb/history.ts";
import { headersOf } from "../reverb/stored-record.ts";
import type { Run } from "./command.ts";
import { jsonText } from "./history/json.ts";
import { reportTable, wholeReport } from "./history/report-table.ts";
import { type History, withHistory } from "./history/with-history.ts";
import { paintFor } from "./paint.ts";

const SHOWN = 0;

export const run: Run<"reports"> = async (settings, context) => {
  const print = (line: string): void => void context.stdout.write(`${line}\n`);
  const paint = paintFor(context.colour.stdout);
  return withHistory(settings, { name: "reports", action: "read the reports", context }, async (history) => {
    const { windowPrefix } = settings;
    if (windowPrefix !== undefined) {
      const report = await oneOf(history, windowPrefix);
      if (settings.json) print(jsonText(objectOf(report)));
      else for (const line of wholeReport(report, paint)) print(line);
      return SHOWN;
    }
    const { before, reports } = await newestOf(history, settings.last);
    if (settings.json) for (const report of reports) print(jsonText(objectOf(report)));
    else if (reports.length === 0)
      context.stderr.write(
        "backbeat reports: no report yet: the first is stored when the first bar is over\n",
      );
    else {
      const older = [...reports.slice(1), before];
      const listed = reports.map((report, at) => ({ ...report, beginsChain: isOther(report, older[at]) }));
      for (const line of reportTable(listed, paint)) print(line);
    }
    return SHOWN;
  });
};

/** Member names of the JSON that this command writes. */
function objectOf({ headers, report, seq, storedAtMs }: PlacedReport): object {
  return { seq, stored_at: new Date(storedAtMs).toISOString(), report, headers };
}

/** The newest, and the one before them. */
async function newestOf(
  { reports: store, subjects }: History,
  count: number,
): Promise<{ readonly reports: readonly PlacedReport[]; readonly before: PlacedReport | undefined }> {
  const reports: PlacedReport[] = [];
  for await (const report of new ReportHistory(store, subjects.commit).newestFirst()) {
    if (reports.length === count) return { reports, before: report };
    reports.push(report);
  }
  return { reports, before: undefined };
}

async function oneOf(history: History, prefix: string): Promise<PlacedReport> {
  const { report: record } = await findReport(history, prefix);
  const report = createDecoder({ mode: "lenient" }).report(record.body);
  if (report instanceof Refusal)
    throw new BackbeatError(
      "no-report",
      `Cannot show the report at ${record.seq}: its body cannot be read, it ${report.text}; \`backbeat verify\` says more`,
    );
  const { body, seq, storedAtMs } = record;
  return { report, body, seq, storedAtMs, headers: headersOf(record.headers) };
}

/** Whether the report before is of another chain; where there is none, this one begins the first. */
function isOther({ headers }: PlacedReport, before: PlacedReport | undefined): boolean {
  return headers[REPORT_HEADERS.chain] !== before?.headers[REPORT_HEADERS.chain];
}
