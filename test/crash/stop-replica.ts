/** SIGSTOP of a replica: what sleeps for a minute wakes as one of many, doubles nothing, and is not wedged. */
import { judge } from "./judge.ts";
import { pause, type Scenario, shown } from "./scenario.ts";
import { Stage } from "./stage.ts";

export const stopReplica: Scenario = {
  name: "stop-replica",
  about: "SIGSTOP of a replica for 5 to 60 s, then SIGCONT: nothing doubled, no watchdog bites",
  async run({ isShort, random, say, seed }) {
    const stops = isShort ? 2 : 20;
    await using stage = await Stage.open({
      load: {
        claimsPerSecond: isShort ? 2_500 : 5_000,
        agents: 1_000,
        barLength: isShort ? 6 : 12,
        beatMs: 250,
        seed,
      },
    });
    const replicas = [stage.replica("one"), stage.replica("two")] as const;
    for (const replica of replicas) replica.start();
    await stage.startLoad();
    await Promise.all(replicas.map((replica) => replica.untilReady()));
    const pids = replicas.map(({ pid }) => pid);
    let sleptMs = 0;
    for (let stop = 1; stop <= stops; stop += 1) {
      const replica = isShort ? replicas[stop % 2 === 1 ? 0 : 1] : random.pick(replicas);
      const sleepMs = isShort ? 4_000 : random.integer(5_000, 60_000);
      await replica.kill("SIGSTOP");
      await pause(sleepMs);
      await replica.kill("SIGCONT");
      sleptMs += sleepMs;
      await replica.untilReady();
      await pause(random.integer(0, 1_000));
      say(`${stop} of ${stops} stops, ${Math.round(sleepMs / 1_000)} s`);
    }
    const ended = replicas
      .filter(({ isRunning, pid }, at) => !isRunning || pid !== pids[at])
      .map(({ exit, name }) => `${name} ended with ${exit}`);
    const verdict = await judge(stage, { replicas, everyReportOnWire: true });
    return {
      faults: [...ended, ...verdict.faults],
      figures: { stops, "slept, s": Math.round(sleptMs / 1_000), ...shown(verdict) },
    };
  },
};
