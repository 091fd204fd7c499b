/**
 * Where a bar begins, and how long bars are.
 *
 * The first beat of a bar is, in this order: a downbeat frame's own index; `metadata.bar_from`; the end of the
 * bar before by the learnt length, where it lies in the gap; the first frame seen. Beats of a gap before it
 * belong to the bar before, so bars never overlap and never leave a hole.
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { ReplayCarry } from "../contracts/report-headers.ts";
import { FRAMES_PER_BAR_MAX } from "./limits.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** What is known of the bar before. */
export interface BarBefore {
  readonly fromBeat: number;
  /** Its `fromBeat` was announced, not guessed. */
  readonly fromIsExact: boolean;
  /** Newest index that was heard in it. */
  readonly newestIndex: number;
}

export interface BarStart {
  readonly fromBeat: number;
  readonly fromIsExact: boolean;
}

/** State: the learnt bar length. `--bar-length` is its first guess; what is heard wins. */
export class Bars {
  #length: number;

  constructor(barLengthGuess: number) {
    this.#length = barLengthGuess;
  }

  /** Beats per bar, as learnt so far. */
  get length(): number {
    return this.#length;
  }

  *save(): Pieces {
    yield* jsonPieces(this.#length);
  }

  load(reader: SnapshotReader): void {
    this.#length = reader.json<number>();
  }

  /** Takes the length that a frame announces, if it does. */
  hear(frame: BeatFrame): void {
    const announced = integerOf(frame.metadata?.bar_length);
    if (announced !== undefined && announced >= 1 && announced <= FRAMES_PER_BAR_MAX)
      this.#length = announced;
  }

  /** Takes up a fold where another was: the bar that its first frame lies in. */
  resume({ barLength, fromBeat, fromIsExact }: ReplayCarry): BarStart {
    this.#length = barLength;
    return { fromBeat, fromIsExact };
  }

  /** The first beat of the bar that this frame opens. */
  start(frame: BeatFrame, before: BarBefore | undefined): BarStart {
    const start = this.#firstBeat(frame, before);
    if (before?.fromIsExact && start.fromIsExact && frame.beat_index - before.newestIndex <= this.#length) {
      const heard = start.fromBeat - before.fromBeat;
      if (integerOf(frame.metadata?.bar_length) === undefined && heard <= FRAMES_PER_BAR_MAX)
        this.#length = heard;
    }
    return start;
  }

  #firstBeat(frame: BeatFrame, before: BarBefore | undefined): BarStart {
    const index = frame.beat_index;
    if (frame.downbeat) return { fromBeat: index, fromIsExact: true };
    const announced = integerOf(frame.metadata?.bar_from);
    const earliest = before === undefined ? 0 : before.newestIndex + 1;
    if (announced !== undefined && announced >= earliest && announced <= index)
      return { fromBeat: announced, fromIsExact: true };
    if (before !== undefined) {
      const barsPassed = Math.floor((index - before.fromBeat) / this.#length);
      const computed = before.fromBeat + barsPassed * this.#length;
      if (computed >= earliest && computed <= index) return { fromBeat: computed, fromIsExact: false };
    }
    return { fromBeat: index, fromIsExact: false };
  }
}

function integerOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
