/**
 * The frames of one bar that were heard: deadlines of its beats, drift of its tempo, and what was missed.
 */
import { deadlineMsOf } from "../contracts/deadline.ts";
import type { FrameEntry } from "./entry.ts";
import { FRAMES_PER_BAR_MAX } from "./limits.ts";
import { columnPieces, jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** State of one bar; indexes only grow (the line sees to it). */
export class HeardFrames {
  readonly #beats: number[] = [];
  readonly #deadlinesMs: number[] = [];
  readonly #beatDurationsMs: number[] = [];
  #count = 0;
  #newestIndex = 0;
  #beatDurationMs = 0;
  #firstArrivalMs: number | undefined;
  /** From the first frame that arrived by itself to the newest, as the tempo announced it. */
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
    const beatDurationMs = 60_000 / entry.frame.tempo_bpm;
    if (this.#beats.length < FRAMES_PER_BAR_MAX) {
      this.#beats.push(index);
      this.#deadlinesMs.push(deadlineMsOf(entry.frame));
      this.#beatDurationsMs.push(beatDurationMs);
    }
    this.#expectedMs += (index - this.#newestIndex) * this.#beatDurationMs;
    if (entry.answered !== true) this.#measureDrift(entry.timeMs);
    this.#beatDurationMs = beatDurationMs;
    this.#newestIndex = index;
    this.#count += 1;
  }

  /** Mean over the frames of (arrival − arrival of the first) − (what the announced tempo says), ms. */
  get meanDriftMs(): number {
    return this.#driftCount === 0 ? 0 : this.#driftSumMs / this.#driftCount;
  }

  /** The deadline of a beat; of one whose frame was lost that of the nearest heard ± beats × its period. */
  deadlineMsOf(beatIndex: number): number {
    const at = this.#nearest(beatIndex);
    const known = this.#deadlinesMs[at] ?? Number.POSITIVE_INFINITY;
    const beatsAway = beatIndex - (this.#beats[at] ?? beatIndex);
    return known + beatsAway * (this.#beatDurationsMs[at] ?? 0);
  }

  *save(): Pieces {
    yield* jsonPieces([
      this.#count,
      this.#newestIndex,
      this.#beatDurationMs,
      this.#firstArrivalMs ?? null,
      this.#expectedMs,
      this.#driftSumMs,
      this.#driftCount,
    ]);
    const frames = this.#beats.length;
    for (const numbers of [this.#beats, this.#deadlinesMs, this.#beatDurationsMs])
      yield* columnPieces(Float64Array.from(numbers), frames);
  }

  load(reader: SnapshotReader): void {
    const [count, newestIndex, beatDurationMs, firstArrivalMs, ...drift] =
      reader.json<[number, number, number, number | null, number, number, number]>();
    this.#count = count;
    this.#newestIndex = newestIndex;
    this.#beatDurationMs = beatDurationMs;
    this.#firstArrivalMs = firstArrivalMs ?? undefined;
    [this.#expectedMs, this.#driftSumMs, this.#driftCount] = drift;
    for (const numbers of [this.#beats, this.#deadlinesMs, this.#beatDurationsMs])
      for (const value of reader.column(Float64Array, 0)) numbers.push(value);
  }

  /** The first frame sets the zero; one that we asked for has no arrival, but its beats have passed. */
  #measureDrift(arrivalMs: number): void {
    if (this.#firstArrivalMs === undefined) {
      this.#firstArrivalMs = arrivalMs;
      this.#expectedMs = 0;
    }
    this.#driftSumMs += arrivalMs - this.#firstArrivalMs - this.#expectedMs;
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
