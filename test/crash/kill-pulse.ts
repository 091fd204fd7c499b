/**
 * Three pulses, the publisher killed a hundred times at a random phase: no beat is missing, and none is off the beat.
 *
 * A beat is missing where everybody was too late for it: on a busy machine that is told, and no fault.
 */
import { type BeatFigures, figuresOf } from "./beat-figures.ts";
import { PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario, until } from "./scenario.ts";

const BEAT_MS = 500;
const GAP_MAX_BEATS = 1.5;
const ERROR_P99_MAX_MS = 5;

export const killPulse: Scenario = {
  name: "kill-pulse",
  about: "three pulses at 120 BPM, the publisher killed 100 times: no beat missing, gaps at most 1.5 beats",
  async run({ isShort, random, say }) {
    await using trio = await PulseTrio.open({});
    await trio.untilTogether();
    if (!isShort) await pause(6_000);
    const kills = isShort ? 4 : 100;
    for (let kill = 1; kill <= kills; kill += 1) {
      await pause(random.integer(0, BEAT_MS - 1));
      const victim = trio.acting;
      await trio.signal(victim, "SIGKILL");
      const heard = trio.heard.length;
      const byOthers = () => trio.heard.slice(heard).filter(({ node }) => node !== victim);
      await until("two beats of another", () => byOthers().length >= 2);
      if (!isShort) await pause(2 * BEAT_MS);
      trio.start(victim);
      await trio.untilTogether();
      if (!isShort) await pause(8 * BEAT_MS);
      if (kill % 10 === 0) say(`${kill} kills`);
    }
    const { doubled, frames, gapMaxBeats, missing, stale } = figuresOf(trio.heard, BEAT_MS);
    const ear = errorsOf(figuresOf(trio.heard, BEAT_MS));
    const server = errorsOf(figuresOf(await trio.asStored(), BEAT_MS));
    const late: string[] = [];
    if (missing.length > 0) late.push(`missing: ${missing.join(", ")}`);
    if (gapMaxBeats > GAP_MAX_BEATS) late.push(`a gap of ${gapMaxBeats.toFixed(2)} beats`);
    if (server.takeOver.p99 > ERROR_P99_MAX_MS)
      late.push(`the second beat after a take-over came ${server.takeOver.p99.toFixed(1)} ms off (p99)`);
    if (server.takeOver.count < kills) late.push(`${server.takeOver.count} take-overs of ${kills} kills`);
    const faults = [...byTheClock(isShort, late), ...(await trio.reportFaults())];
    return {
      faults,
      figures: {
        kills,
        frames,
        doubled,
        stale,
        missing: missing.length,
        "longest gap, beats": gapMaxBeats.toFixed(3),
        "take-overs": server.takeOver.count,
        "at the server: steady frames off, ms": textOf(server.steady),
        "at the server: second beat off, ms": textOf(server.takeOver),
        "at our ear: steady frames off, ms": textOf(ear.steady),
        "at our ear: second beat off, ms": textOf(ear.takeOver),
      },
    };
  },
};

interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function errorsOf({ steadyErrorsMs, takeOverErrorsMs }: BeatFigures) {
  return { steady: spreadOf(steadyErrorsMs), takeOver: spreadOf(takeOverErrorsMs) };
}

function spreadOf(errorsMs: readonly number[]): Spread {
  const sorted = errorsMs.map(Math.abs).sort((a, b) => a - b);
  // Nearest rank: of a hundred, the 99th.
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

function textOf({ max, p50, p99 }: Spread): string {
  return `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, most ${max.toFixed(2)}`;
}
