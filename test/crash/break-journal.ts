/** The journal deleted, made again by hand, purged, or cut: one alarm, no report from what is left, and a way out. */
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { judge, judgeSoFar } from "./judge.ts";
import { JOURNAL, readChains, readReports, reportsStored } from "./read-streams.ts";
import { pause, type Scenario, shown, until } from "./scenario.ts";
import { shortReports } from "./short-reports.ts";
import { type Replica, Stage } from "./stage.ts";

/**
 * A replica that had read what is purged or cut goes on until it has looked twice, 4 s at most; after three bars more
 * nothing would be missing any more.
 */
const BAR_LENGTH = 12;
/** Less than a bar of the load, even where the machine is so busy that most of it is not sent. */
const CUT_BYTES = 50_000;

interface Deed {
  readonly name: string;
  readonly does: (manager: JetStreamManager) => Promise<unknown>;
  /** Different things that a look may find, one after the other; default 1. */
  readonly findings?: number;
  /** What an operator mends before adopting. */
  readonly mend?: (manager: JetStreamManager) => Promise<unknown>;
}

const DEEDS: readonly Deed[] = [
  { name: "is deleted", does: (manager) => manager.streams.delete(JOURNAL) },
  {
    name: "is made again by hand",
    // A look between the two finds none, the next one another.
    findings: 2,
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
    const claimsPerSecond = isShort ? 2_500 : 5_000;
    const load = { claimsPerSecond, agents: 1_000, barLength: BAR_LENGTH, beatMs: 250, seed };
    const reportsBetween = isShort ? 1 : 6;
    await using stage = await Stage.open({ load });
    const reverb = stage.replica("reverb");
    reverb.start();
    await stage.startLoad();
    await reverb.untilReady();
    const manager = await jetstreamManager(stage.connection);
    const faults: string[] = [];
    let judged = 0;
    for (const deed of DEEDS) {
      await moreReports(manager, reportsBetween);
      const soFar = await judgeSoFar(stage);
      judged += soFar.reports.length;
      faults.push(...soFar.faults);
      faults.push(...(await breakAndAdopt(stage, { deed, manager, reverb })));
      say(`the journal ${deed.name}: adopted`);
    }
    await moreReports(manager, reportsBetween);
    const verdict = await judge(stage, {
      replicas: [reverb],
      everyReportOnWire: true,
      chains: DEEDS.length + 1,
    });
    const { reports } = verdict;
    const twice = reports.length - new Set(reports.map(({ windowId }) => windowId)).size;
    if (twice > 0) faults.push(`${twice} windows are stored twice`);
    return {
      faults: [...faults, ...verdict.faults, ...shortReports(reports, stage.log())],
      figures: {
        "broken journals": DEEDS.length,
        "reports before the last": judged,
        ...shown(verdict),
      },
    };
  },
};

async function breakAndAdopt(
  stage: Stage,
  {
    deed: { does, findings = 1, mend, name },
    manager,
    reverb,
  }: { readonly deed: Deed; readonly manager: JetStreamManager; readonly reverb: Replica },
): Promise<string[]> {
  const faults: string[] = [];
  const saidBefore = cannotGoOn(reverb).length;
  await does(manager);
  const alarms = async () => {
    const { body } = await reverb.ask("/api/v1/status");
    return (body as { readonly alarms: { readonly name: string }[] }).alarms.map((alarm) => alarm.name);
  };
  const isBroken = (name: string) => name === "journal-broken";
  await until(`an alarm: the journal ${name}`, async () => (await alarms()).some(isBroken));
  const raised = await alarms();
  if (raised.filter(isBroken).length !== 1) faults.push(`the journal ${name}: alarms ${raised.join(", ")}`);
  const { body, status } = await reverb.ask("/ready");
  if (status !== 503 || !/journal/.test((body as { readonly reason: string }).reason))
    faults.push(`the journal ${name}, and /ready answered ${status} ${JSON.stringify(body)}`);
  const before = await readReports(stage.connection);
  await pause(2 * stage.load.barLength * stage.load.beatMs);
  const after = await readReports(stage.connection);
  if (after.length !== before.length) faults.push(`the journal ${name}, and a report was stored`);
  const said = cannotGoOn(reverb).slice(saidBefore);
  const isSaidOnce = said.length >= 1 && said.length <= findings && new Set(said).size === said.length;
  if (!isSaidOnce) faults.push(`the journal ${name}: said ${said.length} times: ${said.join("; ")}`);
  await mend?.(manager);
  const { code, output } = await stage.program(["journal", "adopt", "--yes", "--journal-max-bytes", "0"]);
  if (code !== 0) faults.push(`the journal ${name}, adopt ended with ${code}: ${output}`);
  await reverb.untilReady();
  await moreReports(manager, 1);
  const first = (await readChains(stage.connection)).at(-1)?.reports[0];
  if (first?.issues.partial_window !== 1) faults.push(`the journal ${name}: the first bar is not partial`);
  return faults;
}

/** What it said each time, without when. */
function cannotGoOn({ log }: Replica): string[] {
  return log.split("\n").flatMap((line) => /Alarm journal-broken: [^"]*/.exec(line)?.[0] ?? []);
}

async function moreReports(manager: JetStreamManager, count: number): Promise<void> {
  const before = await reportsStored(manager);
  await until(`${count} more reports`, async () => (await reportsStored(manager)) >= before + count);
}
