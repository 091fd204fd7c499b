/** What a reader makes of the frames that it heard: gaps, doublets, stale epochs, and how far off the beat they came. */
import type { HeardFrame } from "./pulse-trio.ts";

export interface BeatFigures {
  readonly frames: number;
  /** Frames of a beat that was heard before: two published it, or it was repeated for want of an acknowledgement. */
  readonly doubled: number;
  /** Of them those of a beat before the newest. */
  readonly back: number;
  readonly missing: readonly number[];
  /** Of a lower epoch than was heard before. */
  readonly stale: number;
  readonly gapMaxBeats: number;
  /** By how much frames came off the beat that the frames before a change of publisher kept, ms; one per change. */
  readonly takeOverErrorsMs: readonly number[];
  /** By how much other frames came off that beat, ms: what the machine does to any frame. */
  readonly steadyErrorsMs: readonly number[];
}

/** What a reader makes of it. */
export function figuresOf(heard: readonly HeardFrame[], beatMs: number): BeatFigures {
  const line: HeardFrame[] = [];
  let doubled = 0;
  let back = 0;
  let stale = 0;
  for (const one of heard) {
    const newest = line.at(-1);
    if (newest !== undefined && one.epoch < newest.epoch) stale += 1;
    else if (newest !== undefined && one.index <= newest.index) {
      doubled += 1;
      if (one.index < newest.index) back += 1;
    } else line.push(one);
  }
  const missing: number[] = [];
  const takeOverErrorsMs: number[] = [];
  const steadyErrorsMs: number[] = [];
  let gapMaxBeats = 0;
  for (const [at, one] of line.entries()) {
    const before = line[at - 1];
    if (before === undefined) continue;
    for (let index = before.index + 1; index < one.index; index += 1) missing.push(index);
    gapMaxBeats = Math.max(gapMaxBeats, (one.atMs - before.atMs) / beatMs);
    const second = line[at + 1];
    const last = line.slice(Math.max(0, at - 8), at);
    const dueOf = (index: number) =>
      Math.min(...last.map((frame) => frame.atMs + (index - frame.index) * beatMs));
    if (last.length === 8 && last.every(({ node }) => node === one.node))
      steadyErrorsMs.push(one.atMs - dueOf(one.index));
    if (one.node !== before.node && second?.node === one.node) {
      // The least late of the last frames before the change says when beats were due.
      takeOverErrorsMs.push(second.atMs - dueOf(second.index));
    }
  }
  return {
    frames: line.length,
    doubled,
    back,
    missing,
    stale,
    gapMaxBeats,
    steadyErrorsMs,
    takeOverErrorsMs,
  };
}
