/** Three nats-servers that keep three copies, a random one killed every 5 to 15 s. */
import { judge } from "./judge.ts";
import { pause, type Scenario, shown } from "./scenario.ts";
import { Stage } from "./stage.ts";

/** How long a server stays away; the next is killed only when it is back, so that two always hold. */
const AWAY_MAX_MS = 3_000;

export const threeServers: Scenario = {
  name: "three-servers",
  about: "R3, a random nats-server killed every 5 to 15 s, bars of 30 s: nothing lost, nothing doubled",
  async run({ isShort, random, say, seed }) {
    const lastsMs = isShort ? 30_000 : 600_000;
    const beatMs = isShort ? 250 : 1_000;
    await using stage = await Stage.open({
      servers: 3,
      load: { claimsPerSecond: 2_000, agents: 1_000, barLength: isShort ? 16 : 30, beatMs, seed },
    });
    const replicas = ["one", "two"].map((name) => stage.replica(name, ["--journal-replicas", "3"]));
    for (const replica of replicas) replica.start();
    await stage.startLoad();
    await Promise.all(replicas.map((replica) => replica.untilReady()));
    const untilMs = performance.now() + lastsMs;
    let kills = 0;
    while (performance.now() < untilMs) {
      await pause(random.integer(5_000, 15_000));
      const server = stage.servers[random.integer(0, 2)];
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
        "longest without an ack, ms": verdict.figures.silenceMaxMs,
      },
    };
  },
};
