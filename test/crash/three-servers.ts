/** Three nats-servers that keep three copies, a random one killed every 5 to 15 s. */
import { jetstreamManager } from "@nats-io/jetstream";
import { heardTwice } from "./heard-twice.ts";
import { judge } from "./judge.ts";
import { JOURNAL } from "./read-streams.ts";
import { pause, type Scenario, shown, until } from "./scenario.ts";
import { Stage } from "./stage.ts";

/** How long a server stays away; the next is killed only when it is back, so that two always hold. */
const AWAY_MAX_MS = 3_000;
/** Of the long form. */
const LASTS_MS = 600_000;

export const threeServers: Scenario = {
  name: "three-servers",
  about: "R3, a random nats-server killed every 5 to 15 s, bars of 30 s: nothing lost, nothing doubled",
  async run({ isShort, random, say, seed }) {
    const beatMs = isShort ? 250 : 1_000;
    await using stage = await Stage.open({
      servers: 3,
      load: { claimsPerSecond: 2_000, agents: 1_000, barLength: isShort ? 16 : 30, beatMs, seed },
    });
    const replicas = ["one", "two"].map((name) => stage.replica(name, ["--journal-replicas", "3"]));
    for (const replica of replicas) replica.start();
    await stage.startLoad();
    await Promise.all(replicas.map((replica) => replica.untilReady()));
    const untilMs = performance.now() + LASTS_MS;
    let kills = 0;
    while (isShort ? kills < 2 : performance.now() < untilMs) {
      await pause(isShort ? random.integer(500, 2_000) : random.integer(5_000, 15_000));
      // In the short form first the one that leads the journal, then another.
      const lead = isShort ? await leaderOf(stage) : random.integer(0, 2);
      const server = stage.servers[isShort && kills > 0 ? (lead + random.integer(1, 2)) % 3 : lead];
      if (server === undefined) continue;
      await server.kill("SIGKILL");
      await pause(random.integer(200, AWAY_MAX_MS));
      await server.restart();
      kills += 1;
      if (kills % 10 === 0) say(`${kills} kills`);
    }
    const verdict = await judge(stage, { replicas, everyReportOnWire: false });
    const heard = new Set(stage.wire.map(({ windowId }) => windowId));
    return {
      faults: verdict.faults,
      figures: {
        kills,
        ...shown(verdict),
        "reports the wire missed": verdict.reports.filter(({ windowId }) => !heard.has(windowId)).length,
        "reports a new leader repeated": heardTwice(stage.wire, { isCluster: true }).repeated,
        "longest without an ack, ms": verdict.figures.silenceMaxMs,
      },
    };
  },
};

/** Which server leads the journal, once the others hold all of it. */
async function leaderOf(stage: Stage): Promise<number> {
  const manager = await jetstreamManager(stage.connection, { checkAPI: false });
  const name = await until("three copies of the journal", async () => {
    const info = await manager.streams.info(JOURNAL).catch(() => undefined);
    const { leader, replicas = [] } = info?.cluster ?? {};
    return replicas.length === 2 && replicas.every(({ current }) => current) ? leader : undefined;
  });
  return Number(name.slice(1));
}
