/** The only nats-server killed under three pulses: nothing goes back, and the beat is where it would have been. */
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario, spreadOf, until } from "./scenario.ts";

const BEAT_MS = 500;
/** After the server answers again: the pulses connect within a second or so, then comes the next beat. */
const RESUMED_MAX_MS = 3_000;
const OFF_MAX_MS = 25;

export const killServerPulse: Scenario = {
  name: "kill-server-pulse",
  about: "three pulses, nats-server killed: the index never goes back, and beats return where they belong",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    const [server] = trio.servers;
    if (server === undefined) throw new Error("no server");
    const kills = isShort ? 2 : 20;
    const faults: string[] = [];
    const resumedMs: number[] = [];
    const offMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await trio.untilTogether();
      await pause(random.integer(isShort ? BEAT_MS : 8 * BEAT_MS, (isShort ? 4 : 12) * BEAT_MS));
      const heard = trio.heard.length;
      const before = trio.heard.slice(-6);
      await server.kill("SIGKILL");
      await pause(random.integer(200, isShort ? 3_000 : 5_000));
      await server.restart();
      const fromMs = performance.now();
      await until("beats again", () => trio.heard.length >= heard + 4);
      resumedMs.push((trio.heard[heard]?.atMs ?? 0) - fromMs);
      const later = trio.heard[heard + 3];
      // The least late of the frames before says when every later one is due.
      const dueMs = Math.min(
        ...before.map(({ atMs, index }) => atMs + ((later?.index ?? 0) - index) * BEAT_MS),
      );
      offMs.push(Math.abs((later?.atMs ?? 0) - dueMs));
      if (kill % 5 === 0) say(`${kill} of ${kills} kills`);
    }
    const { back, doubled, frames, stale } = figuresOf(trio.heard, BEAT_MS);
    const [resumed, off] = [spreadOf(resumedMs), spreadOf(offMs)];
    if (back + stale > 0) faults.push(`${back} beats went back, ${stale} were of an epoch that was over`);
    const late: string[] = [];
    if (resumed.max > RESUMED_MAX_MS) late.push(`beats came back only after ${resumed.max} ms`);
    if (off.max > OFF_MAX_MS) late.push(`a beat came back ${off.max} ms off`);
    faults.push(...byTheClock(isShort, late), ...(await trio.reportFaults()));
    return {
      faults,
      figures: {
        kills,
        frames,
        doubled,
        stale,
        "back after, max ms": resumed.max,
        "off the beat then, max ms": off.max,
      },
    };
  },
};
