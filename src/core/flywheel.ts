/**
 * A reader's timeline: the beats that it hears, tied to its own monotonic clock, and carried on by itself where
 * frames are lost or nobody publishes (P1, S1).
 *
 * A frame never leaves early, so of the last few the one that came least late is nearest to the truth; a wall
 * clock that jumps moves no beat. Only while no frame was heard on time is the wall asked: an answer to a
 * request says by its deadline when its beat was due. Which frames count is for the line to say (line.ts).
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import { deadlineMsOf } from "../contracts/deadline.ts";
import type { FrameEntry } from "./entry.ts";
import { epochOf, Line, type LineVerdict } from "./line.ts";
import { beatsMs, bpmOf, nearestTenths } from "./tempo.ts";
import { beatAt, dueMsOf, type Schedule } from "./timeline.ts";

/**
 * Frames among which the least late is sought: one on time among eight is as good as certain, and two clocks that
 * differ by 100 ppm part by less than a thousandth of a beat meanwhile.
 */
export const FRAMES_KEPT = 8;

/** What is left at least of a beat that was the newest when it was asked for. */
const LEFT_MIN_MS = 1;

/** Default of how far ahead of the newest frame another may be to count at once, in beats. */
const LEAP_BEATS = 1_000;

/** State: the line, when its beats are due here, and the highest beat that was ever told. */
export class Flywheel {
  readonly #line: Line;
  #frame: BeatFrame | undefined;
  #barFrom: number | undefined;
  #tempoTenths = 0;
  /** The beat whose due time the samples estimate. */
  #pivotBeat = 0;
  /** Estimates of when the pivot was due, monotonic ms, oldest first; none is too early, each is late. */
  #samplesMs: number[] = [];
  /** By the wall; only until the first sample. */
  #answeredMs: number | undefined;
  #highestTold = 0;

  /** `leapBeats`: see line.ts. */
  constructor(leapBeats: number = LEAP_BEATS) {
    this.#line = new Line(leapBeats);
  }

  /** Takes any frame of the cluster, heard at `monotonicMs`; those that are not on the line change nothing. */
  hear(entry: FrameEntry, monotonicMs: number): LineVerdict {
    const verdict = this.#line.judge(entry);
    if (verdict !== "on-line" && verdict !== "restart") return verdict;
    if (verdict === "restart") this.#line.restart();
    this.#follow(entry, monotonicMs);
    this.#line.accept(entry);
    return verdict;
  }

  /**
   * The beat at `monotonicMs`; undefined before the first frame. Never goes back while the timeline is the same:
   * a new epoch or line may begin below what was told in the silence before it, and is believed.
   */
  beatAt(monotonicMs: number): number | undefined {
    const schedule = this.#schedule();
    if (schedule === undefined) return undefined;
    this.#highestTold = Math.max(this.#highestTold, beatAt(schedule, monotonicMs));
    return this.#highestTold;
  }

  /** When a beat is due on the own monotonic clock, ms, as far as is known now; undefined before the first frame. */
  dueAt(beat: number): number | undefined {
    const schedule = this.#schedule();
    return schedule && dueMsOf(schedule, beat);
  }

  /** Beats that came due after the newest frame, as far as is known now; 0 before the first. */
  lagBeats(monotonicMs: number): number {
    const schedule = this.#schedule();
    if (schedule === undefined || this.#frame === undefined) return 0;
    return Math.max(0, beatAt(schedule, monotonicMs) - this.#frame.beat_index);
  }

  /** The newest frame on the line; undefined before the first. */
  get frame(): BeatFrame | undefined {
    return this.#frame;
  }

  /** Of the newest frame. */
  get tempoBpm(): number | undefined {
    return this.#frame && bpmOf(this.#tempoTenths);
  }

  /** Of the newest frame, as received; a later beat may lie in another window. */
  get windowId(): string | undefined {
    return this.#frame?.window_id;
  }

  /** First beat of the newest frame's bar; undefined where neither it nor its downbeat said so. */
  get barFrom(): number | undefined {
    return this.#barFrom;
  }

  #schedule(): Schedule | undefined {
    if (this.#frame === undefined) return undefined;
    const originMs = this.#samplesMs.length > 0 ? Math.min(...this.#samplesMs) : (this.#answeredMs ?? 0);
    return { firstBeat: this.#pivotBeat, originMs, tempoTenths: this.#tempoTenths };
  }

  #follow(entry: FrameEntry, monotonicMs: number): void {
    const { frame } = entry;
    const isSameWindow = this.windowId?.toLowerCase() === frame.window_id.toLowerCase();
    const barFrom = barFromSaid(frame) ?? (isSameWindow ? this.#barFrom : undefined);
    const tempoTenths = nearestTenths(frame.tempo_bpm);
    if (!this.#carryTo(entry, barFrom, tempoTenths)) {
      this.#forget();
      this.#pivotBeat = frame.beat_index;
    }
    this.#tempoTenths = tempoTenths;
    this.#frame = frame;
    this.#barFrom = barFrom;
    this.#highestTold = Math.max(this.#highestTold, frame.beat_index);
    this.#sample(entry, monotonicMs);
  }

  /**
   * Keeps what is known for a frame that goes on with the same timeline, moving the pivot to the downbeat where
   * its tempo changed. False: it cannot be told how this frame follows, so what was known says nothing.
   */
  #carryTo(entry: FrameEntry, barFrom: number | undefined, tempoTenths: number): boolean {
    const newest = this.#line.newest;
    if (newest === undefined || newest.epoch !== epochOf(entry)) {
      this.#highestTold = 0;
      return false;
    }
    // A tempo changes at downbeats only. With two of them unheard it may have changed more than once.
    const barLength = integerOf(entry.frame.metadata?.bar_length);
    const isSame = tempoTenths === this.#tempoTenths;
    if (isSame)
      return barFrom === undefined || barLength === undefined || newest.index >= barFrom - barLength;
    if (barFrom === undefined || barFrom <= newest.index) return false;
    if (newest.index < barFrom - (barLength ?? 1)) return false;
    const movedMs = beatsMs(this.#tempoTenths, barFrom - this.#pivotBeat);
    this.#samplesMs = this.#samplesMs.map((sampleMs) => sampleMs + movedMs);
    if (this.#answeredMs !== undefined) this.#answeredMs += movedMs;
    this.#pivotBeat = barFrom;
    return true;
  }

  #sample(entry: FrameEntry, monotonicMs: number): void {
    const sincePivotMs = beatsMs(this.#tempoTenths, entry.frame.beat_index - this.#pivotBeat);
    if (entry.answered !== true) {
      this.#samplesMs.push(monotonicMs - sincePivotMs);
      if (this.#samplesMs.length > FRAMES_KEPT) this.#samplesMs.shift();
      return;
    }
    // Its beat has begun and the next has not, or a newer frame had been the answer: so far the wall is believed.
    const beatMs = beatsMs(this.#tempoTenths, 1);
    const leftMs = Math.min(beatMs, Math.max(LEFT_MIN_MS, deadlineMsOf(entry.frame) - entry.timeMs));
    this.#answeredMs = monotonicMs + leftMs - beatMs - sincePivotMs;
  }

  #forget(): void {
    this.#samplesMs = [];
    this.#answeredMs = undefined;
  }
}

/** The first beat of the bar, where the frame says it. */
function barFromSaid(frame: BeatFrame): number | undefined {
  if (frame.downbeat) return frame.beat_index;
  const said = integerOf(frame.metadata?.bar_from);
  return said !== undefined && said <= frame.beat_index ? said : undefined;
}

function integerOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
