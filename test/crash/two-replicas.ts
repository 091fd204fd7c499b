/**
 * Two replicas, either or both killed: whoever lives reports, and in time (BACKBEAT-PER-002). How late the reports are is
 * judged in the long form, where nothing else runs.
 */
import { judge, latenessMs, type Verdict } from "./judge.ts";
import { byTheClock, pause, type Scenario, shown, spreadOf } from "./scenario.ts";
import { type Replica, Stage } from "./stage.ts";

const BOTH_RATE = 0.2;
const LIFE_MAX_MS = 2_500;
const AWAY_MAX_MS = 3_000;

/** From when to when a replica was ready. */
interface Life {
  readonly fromMs: number;
  toMs: number;
}

export const twoReplicas: Scenario = {
  name: "two-replicas",
  about: "SIGKILL of either or both of two replicas: the survivor's report comes within a beat",
  async run({ isShort, random, say, seed }) {
    const kills = isShort ? 6 : 100;
    const beatMs = 250;
    const claimsPerSecond = isShort ? 2_500 : 10_000;
    await using stage = await Stage.open({
      load: { claimsPerSecond, agents: 1_000, barLength: 8, beatMs, seed },
    });
    const replicas = [stage.replica("one"), stage.replica("two")] as const;
    const lives: Life[] = [];
    const current = new Map<Replica, Life>();
    const begin = async (replica: Replica) => {
      if (!replica.isRunning) replica.start();
      await replica.untilReady();
      const life = { fromMs: wallMs(), toMs: Number.POSITIVE_INFINITY };
      lives.push(life);
      current.set(replica, life);
    };
    const end = async (replica: Replica) => {
      const life = current.get(replica);
      if (life !== undefined) life.toMs = wallMs();
      await replica.kill("SIGKILL");
    };
    for (const replica of replicas) replica.start();
    await stage.startLoad();
    await Promise.all(replicas.map(begin));
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(random.integer(0, isShort ? LIFE_MAX_MS / 2 : LIFE_MAX_MS));
      // In the short form each kind in its turn, for they are few.
      const isBoth = isShort ? kill % 3 === 0 : random.chance(BOTH_RATE);
      const victims = isBoth ? replicas : [random.pick(replicas)];
      await Promise.all(victims.map(end));
      const isAway = isShort ? kill % 2 === 0 : random.chance(BOTH_RATE);
      if (isAway) await pause(random.integer(0, AWAY_MAX_MS));
      await Promise.all(victims.map(begin));
      if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
    }
    const verdict = await judge(stage, { replicas, everyReportOnWire: true });
    const { faults, judged, lateMs } = punctuality(verdict, { beatMs, lives, stage });
    const spread = spreadOf(lateMs);
    return {
      faults: [...verdict.faults, ...byTheClock(isShort, faults)],
      figures: {
        kills,
        ...shown(verdict),
        "bars with a survivor": judged,
        "their reports, p99 ms": spread.p99,
        "their reports, max ms": spread.max,
        "a beat, ms": beatMs,
      },
    };
  },
};

/** Only bars count during whose first beat after the end one replica lived all the time. */
function punctuality(
  { reports }: Verdict,
  {
    beatMs,
    lives,
    stage,
  }: { readonly beatMs: number; readonly lives: readonly Life[]; readonly stage: Stage },
) {
  const all = latenessMs(reports, { log: stage.log(), wire: stage.wire });
  const survived = all.filter(({ overAtMs }) =>
    lives.some(({ fromMs, toMs }) => fromMs <= overAtMs && toMs >= overAtMs + beatMs),
  );
  return {
    judged: survived.length,
    lateMs: survived.map(({ lateMs }) => lateMs),
    faults: survived
      .filter(({ lateMs }) => lateMs > beatMs)
      .map(({ lateMs, windowId }) => `window ${windowId} came after ${Math.round(lateMs)} ms`),
  };
}

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
