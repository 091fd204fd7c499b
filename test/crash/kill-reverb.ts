/**
 * SIGKILL of the only reverb at random points, its start and its folding of a backlog among them. In the short form each
 * of these comes in its turn, for they are few.
 */
import { judge, latenessMs } from "./judge.ts";
import { pause, type Scenario, shown, spreadOf } from "./scenario.ts";
import { Stage } from "./stage.ts";

const LIFE_MAX_MS = 3_000;
/** Now and then it stays away for bars. */
const AWAY_RATE = 0.1;
const AWAY_MAX_MS = 6_000;
const AWAY_SHORT_MS = 2_500;
/** Now and then it is killed before it is ready. */
const EARLY_RATE = 0.25;
const EARLY_MAX_MS = 900;

export const killReverb: Scenario = {
  name: "kill-reverb",
  about: "SIGKILL of reverb: each bar stored once and on the wire once, each claim booked once",
  async run({ isShort, random, say, seed }) {
    const kills = isShort ? 8 : 200;
    const beatMs = 250;
    const load = {
      claimsPerSecond: isShort ? 2_500 : 20_000,
      agents: 1_000,
      barLength: isShort ? random.integer(4, 8) : random.integer(8, 16),
      beatMs,
      seed,
    };
    await using stage = await Stage.open({ load });
    const reverb = stage.replica("reverb");
    reverb.start();
    await stage.startLoad();
    for (let kill = 1; kill <= kills; kill += 1) {
      const isEarly = isShort ? kill % 4 === 2 : random.chance(EARLY_RATE);
      if (isEarly) await pause(random.integer(0, EARLY_MAX_MS));
      else {
        await reverb.untilReady();
        if (!reverb.isRunning) return { faults: [`reverb ended by itself: ${reverb.exit}`], figures: {} };
        await pause(random.integer(0, isShort ? LIFE_MAX_MS / 4 : LIFE_MAX_MS));
      }
      await reverb.kill("SIGKILL");
      if (isShort) await pause(kill % 4 === 3 ? AWAY_SHORT_MS : 0);
      else if (random.chance(AWAY_RATE)) await pause(random.integer(0, AWAY_MAX_MS));
      reverb.start();
      if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
    }
    await reverb.untilReady();
    const verdict = await judge(stage, { replicas: [reverb], everyReportOnWire: true });
    const late = latenessMs(verdict.reports, { log: stage.log(), wire: stage.wire });
    return {
      faults: verdict.faults,
      figures: {
        kills,
        ...shown(verdict),
        "report late by at most, ms": spreadOf(late.map(({ lateMs }) => lateMs)).max,
      },
    };
  },
};
