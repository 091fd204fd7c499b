/** The journal deleted, made again by hand, purged, or cut: one alarm, no report from what is left, and a way out. */
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { waitFor } from "../support/wait-for.ts";
import type { ReportFacts } from "./ledger.ts";
import { JOURNAL, readReports } from "./read-streams.ts";
import { pause, type Scenario } from "./scenario.ts";
import { type Replica, Stage } from "./stage.ts";

/** Less than a bar of the load. */
const CUT_BYTES = 200_000;
const TOLD_MAX_MS = 15_000;
const REPORT_MAX_MS = 20_000;
/** The generator writes its log that often, with some room. */
const LOG_LAG_MS = 300;
const CANNOT_GO_ON = "Cannot go on";

interface Deed {
  readonly name: string;
  readonly does: (manager: JetStreamManager) => Promise<unknown>;
  /** What an operator mends before adopting. */
  readonly mend?: (manager: JetStreamManager) => Promise<unknown>;
}

const DEEDS: readonly Deed[] = [
  { name: "is deleted", does: (manager) => manager.streams.delete(JOURNAL) },
  {
    name: "is made again by hand",
    async does(manager) {
      const { config } = await manager.streams.info(JOURNAL);
      await manager.streams.delete(JOURNAL);
      await manager.streams.add(config);
    },
  },
  { name: "is purged", does: (manager) => manager.streams.purge(JOURNAL) },
  {
    name: "is cut by its limit",
    does: (manager) => keepAtMost(manager, CUT_BYTES),
    mend: (manager) => keepAtMost(manager, -1),
  },
];

async function keepAtMost(manager: JetStreamManager, max_bytes: number): Promise<void> {
  const { config } = await manager.streams.info(JOURNAL);
  await manager.streams.update(JOURNAL, { ...config, max_bytes });
}

export const breakJournal: Scenario = {
  name: "break-journal",
  about: "journal deleted, re-created, purged, cut under load: one alarm, no smaller count, adopt leads out",
  async run({ isShort, say, seed }) {
    const load = { claimsPerSecond: 5_000, agents: 1_000, barLength: 8, beatMs: 250, seed };
    await using stage = await Stage.open({ load });
    const reverb = stage.replica("reverb");
    reverb.start();
    await stage.startLoad();
    await reverb.untilReady();
    const manager = await jetstreamManager(stage.connection);
    const faults: string[] = [];
    let checked = 0;
    const check = async (since: number, fromLine: number) => {
      const found = await incomplete(stage, { since, fromLine });
      faults.push(...found.faults);
      checked += found.checked;
    };
    let since = 0;
    let fromLine = 0;
    for (const deed of DEEDS) {
      await moreReports(stage, isShort ? 3 : 6);
      await check(since, fromLine);
      faults.push(...(await breakAndAdopt(stage, { deed, manager, reverb })));
      since = (await readReports(stage.connection)).length;
      fromLine = [...stage.log()].length;
      say(`the journal ${deed.name}: adopted`);
    }
    await moreReports(stage, 4);
    await check(since, fromLine);
    const reports = await readReports(stage.connection);
    const twice = reports.length - new Set(reports.map(({ windowId }) => windowId)).size;
    if (twice > 0) faults.push(`${twice} windows are stored twice`);
    return {
      faults,
      figures: {
        "broken journals": DEEDS.length,
        reports: reports.length,
        "complete by the log": checked,
      },
    };
  },
};

async function breakAndAdopt(
  stage: Stage,
  {
    deed: { does, mend, name },
    manager,
    reverb,
  }: { readonly deed: Deed; readonly manager: JetStreamManager; readonly reverb: Replica },
): Promise<string[]> {
  const faults: string[] = [];
  const saidBefore = reverb.log.split(CANNOT_GO_ON).length;
  await does(manager);
  const told = async () => {
    const { body, status } = await reverb.ask("/ready");
    return status === 503 && /journal/.test((body as { reason: string }).reason);
  };
  await waitFor(`/ready to say that the journal ${name}`, told, TOLD_MAX_MS);
  const { alarms } = (await reverb.ask("/api/v1/status")).body as { readonly alarms: { name: string }[] };
  if (alarms.filter((alarm) => alarm.name === "journal-broken").length !== 1)
    faults.push(`the journal ${name}: alarms ${alarms.map((alarm) => alarm.name).join(", ")}`);
  const before = await readReports(stage.connection);
  await pause(2 * stage.load.barLength * stage.load.beatMs);
  const after = await readReports(stage.connection);
  if (after.length !== before.length) faults.push(`the journal ${name}, and a report was stored`);
  const said = reverb.log.split(CANNOT_GO_ON).length - saidBefore;
  if (said !== 1) faults.push(`the journal ${name}: said ${said} times`);
  await mend?.(manager);
  const { code, output } = await stage.program(["journal", "adopt", "--yes", "--journal-max-bytes", "0"]);
  if (code !== 0) faults.push(`the journal ${name}, adopt ended with ${code}: ${output}`);
  await reverb.untilReady();
  await moreReports(stage, 1);
  const first = (await readReports(stage.connection))[before.length];
  if (first?.issues.partial_window !== 1) faults.push(`the journal ${name}: the first bar is not partial`);
  return faults;
}

async function moreReports(stage: Stage, count: number): Promise<void> {
  const before = (await readReports(stage.connection)).length;
  const enough = async () => (await readReports(stage.connection)).length >= before + count;
  await waitFor(`${count} more reports`, enough, count * REPORT_MAX_MS);
}

/** Reports that call themselves complete and count less, or more, than the journal acknowledged for their bars. */
async function incomplete(
  stage: Stage,
  { fromLine, since }: { readonly since: number; readonly fromLine: number },
): Promise<{ readonly faults: string[]; readonly checked: number }> {
  await pause(LOG_LAG_MS);
  const claims = [...stage.log()].slice(fromLine).filter((line) => line.kind === "claim");
  const reports = (await readReports(stage.connection)).slice(since);
  // Claims for the bar after the first may have come before the journal was adopted.
  const whole = reports.filter(({ issues }) => issues.partial_window === undefined).slice(since > 0 ? 1 : 0);
  const counted = ({ fromBeat, lastSeq, toBeat }: ReportFacts) =>
    claims.filter(({ beat, seq }) => beat >= fromBeat && beat <= toBeat && seq < lastSeq).length;
  const faults = whole
    .filter((report) => counted(report) !== report.claims)
    .map(
      (report) => `window ${report.windowId} counts ${report.claims}, acknowledged were ${counted(report)}`,
    );
  return { faults, checked: whole.length };
}
