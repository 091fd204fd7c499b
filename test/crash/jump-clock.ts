/** The wall clock of all pulses jumps by hours and runs off: beats and HLCs do not. Then outages of hours. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figuresOf } from "./beat-figures.ts";
import { type HeardFrame, NODES, PulseTrio } from "./pulse-trio.ts";
import { byTheClock, pause, type Scenario, until } from "./scenario.ts";

const BEAT_MS = 500;
const GAP_MAX_BEATS = 1.5;
/** 16 bits of milliseconds. */
const HLC_RANGE = 65_536;
/** What an HLC may gain on the monotonic clock from one frame to the next: lateness of a busy machine, and 500 ppm. */
const HLC_OFF_MAX_MS = 250;
/** Less than an hour leaves of 16 bits, either way (4.5 s), and more than any lateness. */
const HLC_JUMP_MS = 3_000;
/** Less than a jump, and more than any lateness. */
const BEAT_JUMP_MS = 20_000;
/** Beats after the last one that an epoch of its own begins with: those for which all were late are skipped. */
const SKIPPED_MAX = 20;
const JUMPS = ["+1h", "-1h", "+0 x1.0005", "+0 x0.9995", "+0"];
/** 7,200 beats an hour. */
const BEATS_PER_HOUR = 7_200;

export const jumpClock: Scenario = {
  name: "jump-clock",
  about:
    "the pulses' wall clock jumps by an hour and drifts by 500 ppm: no beat moves; outages of 3 and 30 hours",
  async run({ isShort, say }) {
    const faults: string[] = [];
    const late: string[] = [];
    await using trio = await PulseTrio.open({ env: (dir) => fakeClock(dir) });
    await trio.untilTogether();
    if (!isShort) await pause(4_000);
    for (const jump of JUMPS) {
      setClock(trio.dir, jump);
      if (isShort) await trio.untilBeats(4);
      else await pause(20_000);
      say(`the wall clock: ${jump}`);
    }
    const steady = figuresOf(trio.heard, BEAT_MS);
    if (steady.missing.length > 0) late.push(`missing: ${steady.missing.join(", ")}`);
    if (steady.gapMaxBeats > GAP_MAX_BEATS) late.push(`a gap of ${steady.gapMaxBeats.toFixed(2)} beats`);
    const beatOffMs = beatOff(trio.heard);
    if (beatOffMs > BEAT_JUMP_MS)
      faults.push(`a beat came ${Math.round(beatOffMs)} ms off the one before it`);
    const hlcOffMs = hlcOff(trio.heard);
    const hlcText = `an HLC came ${hlcOffMs} ms off the frame before it`;
    if (hlcOffMs > HLC_JUMP_MS) faults.push(hlcText);
    else if (hlcOffMs > HLC_OFF_MAX_MS) late.push(hlcText);

    faults.push(...(await trio.reportFaults()));
    const threeHours = await outage(trio, "+3h");
    const expected = 3 * BEATS_PER_HOUR;
    // The epoch tells of another holder of the lease, and of a timeline that began anew by its seconds.
    if (Math.abs(threeHours.leap - expected) > 200 || threeHours.epochs > 1)
      faults.push(`after 3 hours the index leapt by ${threeHours.leap}, ${threeHours.epochs} epochs on`);
    say(`an outage of 3 hours: ${threeHours.leap} beats skipped`);
    const thirtyHours = await outage(trio, "+33h");
    // One index may be spent: it was stored ahead of its beat.
    const thirtyText = `after 30 hours the index leapt by ${thirtyHours.leap}, ${thirtyHours.epochs} epochs on`;
    if (thirtyHours.leap < 1 || thirtyHours.leap > SKIPPED_MAX || thirtyHours.epochs <= 1)
      faults.push(thirtyText);
    else if (thirtyHours.leap > 2) late.push(thirtyText);
    say(`an outage of 30 hours: beat ${thirtyHours.leap} after the last, a new epoch`);
    faults.push(...byTheClock(isShort, late), ...(await trio.reportFaults()));
    return {
      faults,
      figures: {
        frames: steady.frames,
        missing: steady.missing.length,
        "longest gap, beats": steady.gapMaxBeats.toFixed(3),
        "HLC off its step, max ms": hlcOffMs,
        "leap after 3 hours": threeHours.leap,
        "leap after 30 hours": thirtyHours.leap,
      },
    };
  },
};

/** All stop in order, the wall clock goes on without them, all start again. */
async function outage(trio: PulseTrio, clock: string) {
  await Promise.all(NODES.map((node) => trio.signal(node, "SIGTERM")));
  const heard = trio.heard.length;
  const last = trio.heard.at(-1);
  setClock(trio.dir, clock);
  for (const node of NODES) trio.start(node);
  await until("beats again", () => trio.heard.length > heard + 3);
  const next = trio.heard[heard];
  return {
    leap: (next?.index ?? 0) - (last?.index ?? 0),
    epochs: (next?.epoch ?? 0) - (last?.epoch ?? 0),
  };
}

/** How far a beat is from where the one before it, and the time between, put it: lateness, or a jump. */
function beatOff(heard: readonly HeardFrame[]): number {
  const offMs = heard.map((one, at) => {
    const before = heard[at - 1] ?? one;
    return Math.abs(one.atMs - before.atMs - (one.index - before.index) * BEAT_MS);
  });
  return Math.max(...offMs);
}

/** How far the HLC of a frame is from where the frame before it, and the time between, put it. */
function hlcOff(heard: readonly HeardFrame[]): number {
  const wallOf = ({ frame }: HeardFrame) => Number.parseInt(frame.hlc.slice(0, 4), 16);
  let most = 0;
  for (const [at, one] of heard.entries()) {
    const before = heard[at - 1];
    if (before === undefined || before.node !== one.node) continue;
    const step = (wallOf(one) - wallOf(before) + HLC_RANGE) % HLC_RANGE;
    most = Math.max(most, Math.abs(step - (one.index - before.index) * BEAT_MS));
  }
  return most;
}

function fakeClock(dir: string): Record<string, string> {
  setClock(dir, "+0");
  return {
    LD_PRELOAD: libraryPath(),
    FAKETIME_TIMESTAMP_FILE: join(dir, "clock"),
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

function setClock(dir: string, text: string): void {
  writeFileSync(join(dir, "clock"), `${text}\n`);
}

/** Where Debian's package puts it, whatever the processor. */
function libraryPath(): string {
  for (const triplet of readdirSync("/usr/lib")) {
    const folder = join("/usr/lib", triplet, "faketime");
    try {
      if (readdirSync(folder).includes("libfaketime.so.1")) return join(folder, "libfaketime.so.1");
    } catch {
      // Not that one.
    }
  }
  throw new Error("libfaketime is missing: apt-get install faketime");
}
