/** The end of every run: all is read back and held against the generator's log. */
import { jetstreamManager } from "@nats-io/jetstream";
import { heardTwice } from "./heard-twice.ts";
import { Ledger, type LedgerFigures, type ReportFacts } from "./ledger.ts";
import type { LoadDone, LogLine } from "./load.ts";
import { JOURNAL, type ReportChain, readChains, readJournal, readReports } from "./read-streams.ts";
import { until } from "./scenario.ts";
import type { Heard, Replica, Stage } from "./stage.ts";

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
  /** How often a chain of reports was begun; the last one is judged. Default 1. */
  readonly chains?: number;
}

/** Ends the load, waits until the replicas have folded all of it, and judges. */
export async function judge(
  stage: Stage,
  { chains: chainsMax = 1, everyReportOnWire, replicas }: JudgeOptions,
): Promise<Verdict> {
  const done = await stage.endLoad();
  await settle(stage, replicas);
  const chains = await readChains(stage.connection);
  const reports = chains.flatMap((chain) => chain.reports);
  if (everyReportOnWire) await untilHeard(stage.wire, reports);
  const { faults, figures } = await judgeChain(stage, chains.at(-1), { sent: done.claims });
  const all = [...faults, ...wireFaults(stage, reports, everyReportOnWire), ...divergences(replicas)];
  if (chains.length !== chainsMax) all.push(`${chains.length} chains of reports in place of ${chainsMax}`);
  if (done.unacknowledged > 0) all.push(`${done.unacknowledged} claims were never acknowledged`);
  return { faults: all, figures: { ...figures, ...done }, reports };
}

/** Judges the newest chain of reports while the load goes on: all that the journal held by its last report. */
export async function judgeSoFar(stage: Stage): Promise<Pick<Verdict, "faults" | "reports">> {
  const chain = (await readChains(stage.connection)).at(-1);
  const reports = chain?.reports ?? [];
  const { faults } = await judgeChain(stage, chain, { upToSeq: reports.at(-1)?.lastSeq ?? 0 });
  return { faults, reports };
}

async function judgeChain(
  stage: Stage,
  chain: ReportChain | undefined,
  { sent, upToSeq }: { readonly sent?: number; readonly upToSeq?: number },
) {
  const ledger = new Ledger(chain?.reports ?? [], {
    agents: stage.load.agents,
    ...(chain?.isAdopted === true ? { chain } : {}),
    ...(upToSeq === undefined ? {} : { upToSeq }),
  });
  await readJournal(stage.connection, (entry) => ledger.take(entry));
  return ledger.finish(stage.log(), sent === undefined ? {} : { sent });
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
  const manager = await jetstreamManager(stage.connection, { checkAPI: false });
  let lastBeat = 0;
  for (const line of stage.log()) if (line.kind === "frame") lastBeat = line.beat;
  const { barLength } = stage.load;
  const lastEnd = Math.floor((lastBeat - 1) / barLength) * barLength;
  // Streams may be without a leader yet: who does not answer is not done.
  const isDone = () => look().catch(() => false);
  const look = async () => {
    const { state } = await manager.streams.info(JOURNAL);
    const all = await Promise.all(replicas.map((replica) => replica.status()));
    const running = all.filter((status) => status !== undefined);
    if (running.length === 0 || running.some(({ readSeq }) => readSeq < state.last_seq)) return false;
    return ((await readReports(stage.connection)).at(-1)?.toBeat ?? 0) >= lastEnd;
  };
  await until("the replicas to have folded and reported everything", isDone);
}

/** What is stored comes to our ear a little later; what never comes is a fault, and told as one. */
async function untilHeard(wire: readonly Heard[], reports: readonly ReportFacts[]): Promise<void> {
  const isHeard = () => {
    const heard = new Set(wire.map(({ windowId }) => windowId));
    return reports.every(({ windowId }) => heard.has(windowId));
  };
  await until("every report on the wire", isHeard).catch(() => undefined);
}

function wireFaults(
  { servers, wire }: Stage,
  reports: readonly ReportFacts[],
  everyReportOnWire: boolean,
): string[] {
  const faults = [...heardTwice(wire, { isCluster: servers.length > 1 }).faults];
  const heard = new Set(wire.map(({ windowId }) => windowId));
  const hashes = new Set(reports.map(({ hash }) => hash));
  for (const { hash, windowId } of wire)
    if (!hashes.has(hash)) faults.push(`window ${windowId} was on the wire with bytes that are not stored`);
  for (const { windowId } of reports)
    if (everyReportOnWire && !heard.has(windowId)) faults.push(`window ${windowId} was never on the wire`);
  return faults;
}

function divergences(replicas: readonly Replica[]): string[] {
  return replicas
    .filter(({ log }) => log.includes("replica_divergence"))
    .map(
      ({ log, name }) => `${name}: ${log.split("\n").find((line) => line.includes("replica_divergence"))}`,
    );
}
