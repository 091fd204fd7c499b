/** What became of the beats: each that came due is counted once, and the lateness of the last ones is kept. */
import type { PulseDrift, PulseTotals } from "./view.ts";

/** Beats whose lateness is remembered: an hour at 24 BPM, the fastest tempo in production. */
export const LATENESS_KEPT = 1_440;

/** State: sums since start, the newest beat, and a ring of how late the last ones left. */
export class BeatRecord {
  readonly #totals = { published: 0, skipped: 0, unsent: 0, unstored: 0, answered: 0 };
  readonly #lateMs: number[] = [];
  #lateAt = 0;
  #lastLateMs = 0;
  #currentBeat: number | undefined;
  #followed = 0;
  #leftAtMs: number;

  /** `startMs`: monotonic; from when on beats should leave. */
  constructor(startMs: number) {
    this.#leftAtMs = startMs;
  }

  /** The newest beat that came due; undefined before the first one. */
  get currentBeat(): number | undefined {
    return this.#currentBeat;
  }

  /** When the last frame left or was heard, monotonic ms; before the first one the start. */
  get leftAtMs(): number {
    return this.#leftAtMs;
  }

  get totals(): PulseTotals {
    return { ...this.#totals };
  }

  /** A beat came due; what becomes of it is counted next. */
  due(beat: number): void {
    this.#currentBeat = beat;
  }

  published(leftAtMs: number, lateMs: number): void {
    this.#totals.published += 1;
    this.#leftAtMs = leftAtMs;
    this.#lateMs[this.#lateAt] = lateMs;
    this.#lateAt = (this.#lateAt + 1) % LATENESS_KEPT;
    this.#lastLateMs = lateMs;
  }

  /** Another pulse published the beat; it was heard at `heardAtMs`. */
  followed(heardAtMs: number): void {
    this.#followed += 1;
    this.#leftAtMs = heardAtMs;
  }

  /** Beats that another pulse published. */
  get followedBeats(): number {
    return this.#followed;
  }

  skipped(beats: number): void {
    this.#totals.skipped += beats;
  }

  unsent(): void {
    this.#totals.unsent += 1;
  }

  unstored(): void {
    this.#totals.unstored += 1;
  }

  answered(): void {
    this.#totals.answered += 1;
  }

  drift(): PulseDrift {
    const beats = this.#lateMs.length;
    let sumMs = 0;
    let maxLateMs = 0;
    for (const lateMs of this.#lateMs) {
      sumMs += lateMs;
      maxLateMs = Math.max(maxLateMs, lateMs);
    }
    return { beats, lastLateMs: this.#lastLateMs, meanLateMs: beats === 0 ? 0 : sumMs / beats, maxLateMs };
  }
}
