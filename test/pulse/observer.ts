/** What must hold of everything that several pulses publish, whatever happens to them (P1, P2, P3). */
import type { WorldFrame } from "../support/pulse-world.ts";

/** Clocks here differ by 100 ppm at most, and timelines are learnt from frames that came up to 3 ms late. */
const EARLY_MS_PER_BEAT = 0.1;

export interface Accepted extends WorldFrame {
  readonly index: number;
  readonly epoch: number;
}

/** The frames that a reader accepts: of an epoch that is not lower, above the newest. */
export function accepted(frames: readonly WorldFrame[]): readonly Accepted[] {
  const line: Accepted[] = [];
  for (const one of frames) {
    const index = one.frame.beat_index;
    const epoch = epochOf(one);
    const newest = line.at(-1);
    if (newest !== undefined && (epoch < newest.epoch || index <= newest.index)) continue;
    line.push({ ...one, index, epoch });
  }
  return line;
}

export function epochOf({ frame }: WorldFrame): number {
  return Number(frame.metadata?.epoch);
}

/** Indexes between the first and the last accepted one that nobody published in time. */
export function missing(line: readonly Accepted[]): readonly number[] {
  return line.flatMap(({ index }, place) => {
    const before = line[place - 1]?.index ?? index - 1;
    return Array.from({ length: index - before - 1 }, (_, gap) => before + 1 + gap);
  });
}

/** The gaps between accepted frames, in beats. */
export function gaps(line: readonly Accepted[]): readonly number[] {
  return line.slice(1).map(({ atMs, frame }, place) => {
    const beatMs = 60_000 / frame.tempo_bpm;
    return (atMs - (line[place]?.atMs ?? 0)) / beatMs;
  });
}

/** What contradicts the invariants; empty where nothing does. */
export function faultsIn(frames: readonly WorldFrame[]): readonly string[] {
  const faults: string[] = [];
  const published = new Map<string, Set<number>>();
  const versions = new Map<number, string>();
  for (const one of frames) {
    const { frame, node } = one;
    const own = published.get(node) ?? new Set();
    if (own.has(frame.beat_index) && !isRepeat(frames, one))
      faults.push(`P1: ${node} used ${frame.beat_index} twice`);
    own.add(frame.beat_index);
    published.set(node, own);
    const { bar_from, bar_length, leader, next_tempo_bpm } = frame.metadata ?? {};
    // Who has just come may know the timeline before it knows who leads.
    if (leader === undefined) continue;
    const version = JSON.stringify([leader, bar_length]);
    const known = versions.get(epochOf(one));
    if (known !== undefined && known !== version)
      faults.push(
        `P2: epoch ${epochOf(one)} is ${known} and ${version} (${bar_from}, ${next_tempo_bpm}, ${node})`,
      );
    versions.set(epochOf(one), version);
  }
  return [...faults, ...earlyFrames(accepted(frames))];
}

/** A frame that is published again is the same, to the byte. */
function isRepeat(frames: readonly WorldFrame[], one: WorldFrame): boolean {
  return frames.some(
    (other) =>
      other !== one && other.node === one.node && JSON.stringify(other.frame) === JSON.stringify(one.frame),
  );
}

function earlyFrames(line: readonly Accepted[]): readonly string[] {
  const faults: string[] = [];
  for (const [place, one] of line.entries()) {
    const before = line[place - 1];
    if (before === undefined) continue;
    // Against the frame before: on time, or up to its place in the row late.
    const beatMs = 60_000 / before.frame.tempo_bpm;
    const beats = one.index - before.index;
    const leastMs = beats * beatMs * (1 - 7 / 8 / beats) - beats * EARLY_MS_PER_BEAT - 8;
    if (one.atMs - before.atMs < leastMs)
      faults.push(`P3: ${one.index} of ${one.node} came ${one.atMs - before.atMs} ms after ${before.index}`);
  }
  return faults;
}
