/** Three pulses, the leader stopped for seconds and woken: it publishes nothing overdue, and leads no more. */
import { figuresOf } from "./beat-figures.ts";
import { NODES, PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario, until } from "./scenario.ts";

const BEAT_MS = 500;
/** What a frame may come late by its place in the row, and what a busy machine adds. */
const LATE_MAX_MS = 250;

export const stopPulse: Scenario = {
  name: "stop-pulse",
  about:
    "three pulses, the leader stopped for 5 to 60 s: no overdue frame, none of an old epoch, no beat missing",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    await trio.untilTogether();
    if (!isShort) await pause(6_000);
    const stops = isShort ? 2 : 30;
    const faults: string[] = [];
    let overdue = 0;
    let again = 0;
    for (let stop = 1; stop <= stops; stop += 1) {
      const victim = (await trio.leader()) ?? trio.acting;
      await pause(random.integer(0, BEAT_MS - 1));
      await trio.signal(victim, "SIGSTOP");
      const others = NODES.filter((node) => node !== victim);
      await until("another to lead", () => trio.leader(others));
      if (!isShort) await pause(random.integer(1_000, 56_000));
      const before = trio.heard.length;
      await trio.signal(victim, "SIGCONT");
      await trio.untilTogether();
      await trio.untilBeats(4);
      if (!isShort) await pause(4 * BEAT_MS);
      // Beats of others say when each was due; what the woken one adds must not come after that.
      const grid = trio.heard[before - 1];
      for (const one of trio.heard.slice(before)) {
        const dueMs = (grid?.atMs ?? 0) + (one.index - (grid?.index ?? 0)) * BEAT_MS;
        if (one.node !== victim) continue;
        if (one.atMs - dueMs > LATE_MAX_MS) overdue += 1;
        if (one.index <= (grid?.index ?? 0)) again += 1;
      }
      say(`${stop} stops`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale } = figuresOf(trio.heard, BEAT_MS);
    const late: string[] = [];
    if (overdue > 0) late.push(`${overdue} overdue frames`);
    if (missing.length > 0) late.push(`missing: ${missing.join(", ")}`);
    if (again > 0) faults.push(`${again} frames of beats that had been heard before the stopped pulse woke`);
    faults.push(...byTheClock(isShort, late), ...(await trio.reportFaults()));
    return {
      faults,
      figures: {
        stops,
        frames,
        doubled,
        "stale, refused": stale,
        overdue,
        missing: missing.length,
        "longest gap, beats": gapMaxBeats.toFixed(3),
      },
    };
  },
};
