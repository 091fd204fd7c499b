/** Three pulses, the leader stopped for seconds and woken: it publishes nothing overdue, and leads no more. */
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { pause, type Scenario } from "./scenario.ts";

const BEAT_MS = 500;
/** What a frame may come late by its place in the row, and what a busy machine adds. */
const LATE_MAX_MS = 250;

export const stopPulse: Scenario = {
  name: "stop-pulse",
  about:
    "three pulses, the leader stopped for 5 to 60 s: no overdue frame, none of an old epoch, no beat missing",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    await pause(6_000);
    const stops = isShort ? 2 : 30;
    const faults: string[] = [];
    let overdue = 0;
    for (let stop = 1; stop <= stops; stop += 1) {
      const victim = (await trio.leader()) ?? trio.acting;
      await pause(random.integer(0, BEAT_MS - 1));
      await trio.signal(victim, "SIGSTOP");
      await pause(isShort ? random.integer(5_000, 12_000) : random.integer(5_000, 60_000));
      const before = trio.heard.length;
      await trio.signal(victim, "SIGCONT");
      await pause(8 * BEAT_MS);
      // Beats of others say when each was due; what the woken one adds must not come after that.
      const grid = trio.heard[before - 1];
      for (const one of trio.heard.slice(before)) {
        const dueMs = (grid?.atMs ?? 0) + (one.index - (grid?.index ?? 0)) * BEAT_MS;
        if (one.node === victim && one.atMs - dueMs > LATE_MAX_MS) overdue += 1;
      }
      if ((await trio.leader()) === undefined) faults.push(`nobody leads after stop ${stop}`);
      say(`${stop} stops`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale } = figuresOf(trio.heard, BEAT_MS);
    if (overdue > 0) faults.push(`${overdue} overdue frames`);
    if (missing.length > 0) faults.push(`missing: ${missing.join(", ")}`);
    faults.push(...(await trio.reportFaults()));
    return {
      faults,
      figures: {
        stops,
        frames,
        doubled,
        "stale, refused": stale,
        overdue,
        "longest gap, beats": gapMaxBeats.toFixed(3),
      },
    };
  },
};
