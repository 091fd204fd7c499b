/**
 * The frames of one bar that were heard: deadlines of its beats, drift of its tempo, and what was missed.
 */
import { deadlineMsOf } from "../contracts/deadline.ts";
import type { FrameEntry } from "./entry.ts";
import { FRAMES_PER_BAR_MAX } from "./limits.ts";

/** State of one bar; indexes only grow (the line sees to it). */
export class HeardFrames {
  readonly #beats: number[] = [];
  readonly #deadlinesMs: number[] = [];
  #count = 0;
  #newestIndex = 0;
  #beatDurationMs = 0;
  #firstArrivalMs: number | undefined;
  #previousIndex = 0;
  #expectedMs = 0;
  #driftSumMs = 0;
  #driftCount = 0;

  /** Frames heard. */
  get count(): number {
    return this.#count;
  }

  /** Index of the first frame heard. */
  get firstIndex(): number {
    return this.#beats[0] ?? 0;
  }

  get newestIndex(): number {
    return this.#newestIndex;
  }

  /** As the newest frame announced it. */
  get beatDurationMs(): number {
    return this.#beatDurationMs;
  }

  hear(entry: FrameEntry): void {
    const index = entry.frame.beat_index;
    if (this.#beats.length < FRAMES_PER_BAR_MAX) {
      this.#beats.push(index);
      this.#deadlinesMs.push(deadlineMsOf(entry.frame));
    }
    if (entry.answered !== true) this.#measureDrift(index, entry.timeMs);
    this.#beatDurationMs = 60_000 / entry.frame.tempo_bpm;
    this.#previousIndex = index;
    this.#newestIndex = index;
    this.#count += 1;
  }

  /** Mean over the frames of (arrival − arrival of the first) − (what the announced tempo says), ms. */
  get meanDriftMs(): number {
    return this.#driftCount === 0 ? 0 : this.#driftSumMs / this.#driftCount;
  }

  /** The deadline of a beat; of one whose frame was lost that of the nearest heard ± beats × period. */
  deadlineMsOf(beatIndex: number): number {
    const at = this.#nearest(beatIndex);
    const known = this.#deadlinesMs[at] ?? Number.POSITIVE_INFINITY;
    return known + (beatIndex - (this.#beats[at] ?? beatIndex)) * this.#beatDurationMs;
  }

  #measureDrift(index: number, arrivalMs: number): void {
    if (this.#firstArrivalMs === undefined) {
      this.#firstArrivalMs = arrivalMs;
    } else {
      this.#expectedMs += (index - this.#previousIndex) * this.#beatDurationMs;
      this.#driftSumMs += arrivalMs - this.#firstArrivalMs - this.#expectedMs;
    }
    this.#driftCount += 1;
  }

  /** Place of the nearest beat heard; of two equally near the earlier. */
  #nearest(beatIndex: number): number {
    let low = 0;
    let high = this.#beats.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#beats[middle] as number) < beatIndex) low = middle + 1;
      else high = middle;
    }
    const above = this.#beats[low] ?? beatIndex;
    const below = this.#beats[low - 1];
    return below !== undefined && beatIndex - below <= Math.abs(above - beatIndex) ? low - 1 : low;
  }
}
