/** Three pulses, the publisher killed a hundred times at a random phase: no beat is missing, and none is off the beat. */
import { figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { pause, type Scenario } from "./scenario.ts";

const BEAT_MS = 500;
const GAP_MAX_BEATS = 1.5;
const ERROR_P99_MAX_MS = 5;

export const killPulse: Scenario = {
  name: "kill-pulse",
  about: "three pulses at 120 BPM, the publisher killed 100 times: no beat missing, gaps at most 1.5 beats",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    await pause(6_000);
    const kills = isShort ? 10 : 100;
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(random.integer(0, BEAT_MS - 1));
      const victim = trio.acting;
      await trio.signal(victim, "SIGKILL");
      await pause(4 * BEAT_MS);
      trio.start(victim);
      await pause(8 * BEAT_MS);
      if (kill % 10 === 0) say(`${kill} kills`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale, steadyErrorsMs, takeOverErrorsMs } = figuresOf(
      trio.heard,
      BEAT_MS,
    );
    const sorted = takeOverErrorsMs.map(Math.abs).sort((a, b) => a - b);
    const p99 = sorted[Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))] ?? 0;
    const steady = steadyErrorsMs.map(Math.abs).sort((a, b) => a - b);
    const faults: string[] = [];
    if (missing.length > 0) faults.push(`missing: ${missing.join(", ")}`);
    if (gapMaxBeats > GAP_MAX_BEATS) faults.push(`a gap of ${gapMaxBeats.toFixed(2)} beats`);
    if (!isShort && p99 > ERROR_P99_MAX_MS)
      faults.push(`the second beat after a take-over came ${p99.toFixed(1)} ms off (p99)`);
    if (sorted.length < kills) faults.push(`${sorted.length} take-overs of ${kills} kills`);
    faults.push(...(await trio.reportFaults()));
    return {
      faults,
      figures: {
        kills,
        frames,
        doubled,
        stale,
        missing: missing.length,
        "longest gap, beats": gapMaxBeats.toFixed(3),
        "take-overs": sorted.length,
        "steady frames off, p50 ms": (steady[Math.floor(steady.length / 2)] ?? 0).toFixed(2),
        "steady frames off, p99 ms": (steady[Math.floor(steady.length * 0.99)] ?? 0).toFixed(2),
        "second beat off, p50 ms": (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(2),
        "second beat off, p99 ms": p99.toFixed(2),
        "second beat off, max ms": (sorted.at(-1) ?? 0).toFixed(2),
      },
    };
  },
};
