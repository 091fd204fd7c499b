/** `backbeat replay`: stored reports computed again from the journal. A thin shell around reverb/replay.ts. */
import { BackbeatError } from "../errors.ts";
import { type FoundReport, findReport, lastReports, windowIdIn } from "../reverb/find-report.ts";
import { obstacleOf, type ReplayResult, replayReports } from "../reverb/replay.ts";
import type { Chain } from "../reverb/report-tail.ts";
import { stateOrNone } from "../reverb/state-or-none.ts";
import { headersOf, type ReportRecord } from "../reverb/stored-record.ts";
import type { Run } from "./command.ts";
import { jsonText } from "./history/json.ts";
import { type History, withHistory } from "./history/with-history.ts";
import { type Paint, paintFor } from "./paint.ts";
import { plain } from "./plain.ts";

const IDENTICAL = 0;
const NOT_IDENTICAL = 1;

/** Reports held in memory at once, some 3 kB each. */
const LAST_MAX = 100_000;

export const run: Run<"replay"> = async (settings, context) => {
  const { last, windowPrefix } = settings;
  if (windowPrefix !== undefined && context.given.last !== undefined)
    throw new BackbeatError(
      "bad-config",
      "Cannot start backbeat replay: <window> and --last cannot both be given.\nSee backbeat replay --help.",
    );
  const print = (line: string): void => void context.stdout.write(`${line}\n`);
  const paint = paintFor(context.colour.stdout);
  return withHistory(settings, { name: "replay", action: "replay the reports", context }, async (history) => {
    const wanted =
      windowPrefix === undefined
        ? await lastReports(history, Math.min(last, LAST_MAX))
        : [await findReport(history, windowPrefix)];
    if (wanted.length === 0) throw new BackbeatError("no-report", "Cannot replay: no report is stored yet");
    let exitCode = IDENTICAL;
    await replayAll(history, wanted, (report, result) => {
      if (result.kind !== "identical") exitCode = NOT_IDENTICAL;
      if (settings.json) print(jsonText(objectOf(report, result)));
      else for (const line of linesOf(report, { result, paint })) print(line);
    });
    return exitCode;
  });
};

/** Chain by chain, in one fold each. */
async function replayAll(
  history: History,
  wanted: readonly FoundReport[],
  onResult: (report: ReportRecord, result: ReplayResult) => void,
): Promise<void> {
  const journal = await stateOrNone(history.journal);
  const runs = new Map<Chain, ReportRecord[]>();
  for (const { chain, report } of wanted) {
    const why =
      chain === undefined ? "its chain record is no longer stored" : obstacleOf(report, { chain, journal });
    if (why !== undefined || chain === undefined) onResult(report, { kind: "impossible", why: why ?? "" });
    else runs.set(chain, [...(runs.get(chain) ?? []), report]);
  }
  for (const [chain, reports] of runs) await replayReports(history, { chain, reports, onResult });
}

function objectOf(report: ReportRecord, result: ReplayResult): object {
  const detail = result.kind === "impossible" ? undefined : result.detail;
  return {
    seq: report.seq,
    window_id: windowIdIn(report) ?? null,
    result: result.kind,
    ...(result.kind === "impossible" ? { why: result.why } : {}),
    ...(result.kind === "differs" ? { differences: result.differences } : {}),
    computed: detail?.report ?? null,
    stored: storedBody(report),
    headers: headersOf(report.headers),
  };
}

function storedBody({ body }: ReportRecord): unknown {
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function linesOf(
  report: ReportRecord,
  { paint, result }: { readonly result: ReplayResult; readonly paint: Paint },
): readonly string[] {
  const { chain, lastSeq, replayFrom } = report.facts;
  const name = `report ${report.seq}, window ${plain(windowIdIn(report) ?? "unreadable", 32)}`;
  if (result.kind === "impossible") return [`${name}: ${paint.bad("cannot be computed")}`, `  ${result.why}`];
  const from = `  from the journal's entries ${replayFrom.seq} to ${lastSeq}, by chain ${plain(chain, 32)}`;
  const computed = result.detail === undefined ? [] : [`  ${JSON.stringify(result.detail.report)}`];
  if (result.kind === "identical")
    return [`${name}: ${paint.good("byte for byte the same")}`, from, ...computed];
  return [
    `${name}: ${paint.bad("DIFFERS")}`,
    from,
    ...computed,
    ...result.differences.map((difference) => `  ${paint.bad("!")} ${plain(difference, 2_000)}`),
  ];
}
