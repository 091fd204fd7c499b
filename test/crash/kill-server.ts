/** SIGKILL of the only nats-server, for 0.2 to 10 s: what was acknowledged stays, and work goes on in 3 s. */
import { judge } from "./judge.ts";
import { byTheClock, pause, type Scenario, shown, spreadOf, until } from "./scenario.ts";
import { type Replica, Stage } from "./stage.ts";

const RESUME_MAX_MS = 3_000;
/** Time that a server lives: long enough for a bar to close now and then. */
const LIFE_MAX_MS = 4_000;

export const killServer: Scenario = {
  name: "kill-server",
  about:
    "SIGKILL of nats-server: no acknowledged claim lost, reverb goes on within 3 s, holes on the wire are filled",
  async run({ isShort, random, say, seed }) {
    const kills = isShort ? 3 : 50;
    const load = {
      claimsPerSecond: isShort ? 2_500 : 10_000,
      agents: 1_000,
      barLength: isShort ? 4 : 8,
      beatMs: 250,
      seed,
    };
    await using stage = await Stage.open({ load });
    const [server] = stage.servers;
    if (server === undefined) throw new Error("no server");
    const reverb = stage.replica("reverb");
    reverb.start();
    await stage.startLoad();
    await reverb.untilReady();
    const reader = stage.watch();
    await reader.untilConnected();
    const firstWatched = stage.wire.length;
    const resumedMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(random.integer(0, isShort ? LIFE_MAX_MS / 2 : LIFE_MAX_MS));
      await server.kill("SIGKILL");
      await pause(random.integer(200, isShort ? 2_000 : 10_000));
      const readBefore = (await reverb.status())?.readSeq ?? 0;
      await server.restart();
      resumedMs.push(await resumeMs(reverb, readBefore));
      if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
    }
    const verdict = await judge(stage, { replicas: [reverb], everyReportOnWire: false });
    const heard = new Set(stage.wire.map(({ windowId }) => windowId));
    const holes = verdict.reports.filter(({ windowId }) => !heard.has(windowId)).length;
    const slow = resumedMs.filter((ms) => ms > RESUME_MAX_MS);
    const expected = verdict.reports.slice(firstWatched + 1).map(({ windowId }) => windowId);
    return {
      faults: [
        ...verdict.faults,
        ...byTheClock(
          isShort,
          slow.map((ms) => `reverb went on only after ${Math.round(ms)} ms`),
        ),
        ...(await reader.faults(expected)),
      ],
      figures: {
        kills,
        ...shown(verdict),
        "went on after, p99 ms": spreadOf(resumedMs).p99,
        "went on after, max ms": spreadOf(resumedMs).max,
        "reports the wire missed": holes,
      },
    };
  },
};

/** From the moment that the server answers again until reverb has folded something new. */
async function resumeMs(reverb: Replica, readBefore: number): Promise<number> {
  const fromMs = performance.now();
  const goesOn = async () => ((await reverb.status())?.readSeq ?? 0) > readBefore;
  await until("reverb to go on", goesOn);
  return performance.now() - fromMs;
}
