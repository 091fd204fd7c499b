/** The end of every run: all is read back and held against the generator's log. */
import { jetstreamManager } from "@nats-io/jetstream";
import { waitFor } from "../support/wait-for.ts";
import { Ledger, type LedgerFigures, type ReportFacts } from "./ledger.ts";
import type { LoadDone, LogLine } from "./load.ts";
import { JOURNAL, readJournal, readReports } from "./read-streams.ts";
import type { Heard, Replica, Stage } from "./stage.ts";

/** What is left to fold after the last claim. */
const SETTLE_MAX_MS = 60_000;

export interface Verdict {
  /** Sentences; none: the run has passed. */
  readonly faults: readonly string[];
  readonly figures: LedgerFigures & LoadDone;
  readonly reports: readonly ReportFacts[];
}

export interface JudgeOptions {
  /** Of which at least one must run. */
  readonly replicas: readonly Replica[];
  /** The broker lived all the time, so nothing may be missing on the wire. */
  readonly everyReportOnWire: boolean;
}

/** Ends the load, waits until the replicas have folded all of it, and judges. */
export async function judge(stage: Stage, { everyReportOnWire, replicas }: JudgeOptions): Promise<Verdict> {
  const done = await stage.endLoad();
  await settle(stage, replicas);
  const reports = await readReports(stage.connection);
  const ledger = new Ledger(reports, { agents: stage.load.agents });
  await readJournal(stage.connection, (entry) => ledger.take(entry));
  const { faults, figures } = ledger.finish(stage.log());
  const all = [...faults, ...wireFaults(stage.wire, reports, everyReportOnWire), ...divergences(replicas)];
  if (done.unacknowledged > 0) all.push(`${done.unacknowledged} claims were never acknowledged`);
  return { faults: all, figures: { ...figures, ...done }, reports };
}

/** How late each report was: from the first sending of the frame that showed its bar to be over, until it was heard. */
export function latenessMs(
  reports: readonly ReportFacts[],
  { log, wire }: { readonly log: Iterable<LogLine>; readonly wire: readonly Heard[] },
): { readonly windowId: string; readonly overAtMs: number; readonly lateMs: number }[] {
  const sentAtMs = new Map<number, number>();
  for (const line of log) if (line.kind === "frame") sentAtMs.set(line.beat, line.sentAtMs);
  const heard = new Map(wire.map(({ atMs, windowId }) => [windowId, atMs]));
  return reports.flatMap(({ toBeat, windowId }) => {
    const overAtMs = sentAtMs.get(toBeat + 1);
    const atMs = heard.get(windowId);
    return overAtMs === undefined || atMs === undefined
      ? []
      : [{ windowId, overAtMs, lateMs: atMs - overAtMs }];
  });
}

/** Every bar that is over has its report, and nothing is left to fold. */
async function settle(stage: Stage, replicas: readonly Replica[]): Promise<void> {
  const manager = await jetstreamManager(stage.connection, { timeout: 15_000 });
  let lastBeat = 0;
  for (const line of stage.log()) if (line.kind === "frame") lastBeat = line.beat;
  const { barLength } = stage.load;
  const lastEnd = Math.floor((lastBeat - 1) / barLength) * barLength;
  const isDone = async () => {
    const { state } = await manager.streams.info(JOURNAL);
    const all = await Promise.all(replicas.map((replica) => replica.status()));
    const running = all.filter((status) => status !== undefined);
    if (running.length === 0 || running.some(({ readSeq }) => readSeq < state.last_seq)) return false;
    return ((await readReports(stage.connection)).at(-1)?.toBeat ?? 0) >= lastEnd;
  };
  await waitFor("the replicas to have folded and reported everything", isDone, SETTLE_MAX_MS);
}

function wireFaults(
  wire: readonly Heard[],
  reports: readonly ReportFacts[],
  everyReportOnWire: boolean,
): string[] {
  const faults: string[] = [];
  const heard = new Map<string, number>();
  for (const { windowId } of wire) heard.set(windowId, (heard.get(windowId) ?? 0) + 1);
  const hashes = new Set(reports.map(({ hash }) => hash));
  for (const { hash, windowId } of wire)
    if (!hashes.has(hash)) faults.push(`window ${windowId} was on the wire with bytes that are not stored`);
  for (const { windowId } of reports) {
    const times = heard.get(windowId) ?? 0;
    if (times > 1) faults.push(`window ${windowId} was on the wire ${times} times`);
    if (times === 0 && everyReportOnWire) faults.push(`window ${windowId} was never on the wire`);
  }
  return faults;
}

function divergences(replicas: readonly Replica[]): string[] {
  return replicas
    .filter(({ log }) => log.includes("replica_divergence"))
    .map(
      ({ log, name }) => `${name}: ${log.split("\n").find((line) => line.includes("replica_divergence"))}`,
    );
}
