/** The only nats-server killed under three pulses: nothing goes back, and the beat is where it would have been. */
import { waitFor } from "../support/wait-for.ts";
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { pause, type Scenario, spreadOf } from "./scenario.ts";

const BEAT_MS = 500;
const BACK_MAX_MS = 20_000;
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
    const kills = isShort ? 3 : 20;
    const faults: string[] = [];
    const resumedMs: number[] = [];
    const offMs: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(random.integer(8 * BEAT_MS, 12 * BEAT_MS));
      const heard = trio.heard.length;
      const before = trio.heard.slice(-6);
      await server.kill("SIGKILL");
      await pause(random.integer(200, 5_000));
      await server.restart();
      const fromMs = performance.now();
      await waitFor("beats again", () => trio.heard.length >= heard + 4, BACK_MAX_MS);
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
    if (resumed.max > RESUMED_MAX_MS) faults.push(`beats came back only after ${resumed.max} ms`);
    if (!isShort && off.max > OFF_MAX_MS) faults.push(`a beat came back ${off.max} ms off`);
    faults.push(...(await trio.reportFaults()));
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
