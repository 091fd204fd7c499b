/** One way to beat, in a process of its own: says at its end how true it was. */
import { BeatTimer } from "../src/pulse/beat-timer.ts";
import { SystemClock } from "../src/runtime/clock.ts";
import { median, percentile } from "./figures.ts";

export interface BeaterFigures {
  readonly periodMs: number;
  readonly beats: number;
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Beats before their time. */
  readonly early: number;
  readonly driftPpm: number;
}

/** 600 beats a minute: short enough to gather thousands, long enough for a busy loop to be in the way. */
const PERIOD_MS = 100;
const TEMPO_TENTHS = 6_000;
const BUSY_MS = 5;
const BUSY_EVERY_MS = 20;

const [, , kind, load, seconds] = process.argv;
const firedAtMs: number[] = [];
/** Which beats of the schedule those were: one that was missed leaves a place. */
const places: number[] = [];
const beat = (place = firedAtMs.length): void => {
  firedAtMs.push(performance.now());
  places.push(place);
};
const originMs = performance.now() + PERIOD_MS;

if (load === "busy") setInterval(burn, BUSY_EVERY_MS);
if (kind === "A") setInterval(() => beat(), PERIOD_MS);
else if (kind === "B") chain();
else ours();
setTimeout(finish, Number(seconds) * 1_000);

function chain(): void {
  setTimeout(() => {
    beat();
    chain();
  }, PERIOD_MS);
}

function ours(): void {
  const schedule = { firstBeat: 1, originMs, tempoTenths: TEMPO_TENTHS };
  const timer = new BeatTimer(new SystemClock(), () => schedule, {
    prepare() {},
    beat: (index) => beat(index - schedule.firstBeat),
    miss() {},
  });
  timer.start(1);
}

function burn(): void {
  const untilMs = performance.now() + BUSY_MS;
  while (performance.now() < untilMs);
}

/** Each kind is held against the schedule that begins with its own first beat; ours against the one it was given. */
function finish(): void {
  const first = kind === "C" ? originMs : (firedAtMs[0] ?? 0);
  const lateMs = firedAtMs.map((atMs, at) => atMs - first - (places[at] ?? 0) * PERIOD_MS);
  // One late beat at either end says nothing of how long a beat is: a tenth of all at each end does.
  const tenth = Math.max(1, Math.floor(lateMs.length / 10));
  const gainedMs = median(lateMs.slice(-tenth)) - median(lateMs.slice(0, tenth));
  const spanMs = ((firedAtMs.at(-1) ?? 0) - (firedAtMs[0] ?? 0)) * (1 - tenth / lateMs.length);
  const figures: BeaterFigures = {
    periodMs: PERIOD_MS,
    beats: firedAtMs.length,
    lateMs: { p50: percentile(lateMs, 0.5), p99: percentile(lateMs, 0.99), max: Math.max(...lateMs) },
    early: lateMs.filter((value) => value < 0).length,
    driftPpm: (gainedMs / spanMs) * 1_000_000,
  };
  process.send?.(figures, () => process.exit(0));
}
