/**
 * The line: which frames move time on, and which do not (P1).
 *
 * A frame is on the line if its epoch is not lower and its index is 1 … `leapBeats` above the newest.
 * Duplicates, lower indexes and stale epochs change nothing. Three candidates that rise by small steps, with no
 * frame on the line between them, become the line: a pulse that lost its data, or a stray huge index, must not
 * deafen us.
 */
import { deadlineMsOf } from "../contracts/deadline.ts";
import type { FrameEntry } from "./entry.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** Candidates that make a new line: two could be chance, more would cost a whole bar of a short one. */
export const CANDIDATES_FOR_RESTART = 3;

/** Largest step between candidates: a fifth of all frames may be lost and three still come. */
export const CANDIDATE_STEP_MAX = 8;

const LEAP_BEATS_MIN = 1_000;

/** How far ahead a frame may be by default: two bars, so that one may be lost as a whole, at least 1,000 beats. */
export function defaultLeapBeats(barLength: number): number {
  return Math.max(LEAP_BEATS_MIN, 2 * barLength);
}

/** Silence on the line, in beats, after which a lower index is believed whatever its deadline says. */
const SILENT_BEATS = 3;

export type LineVerdict = "on-line" | "duplicate" | "stale" | "candidate" | "restart";

export interface LinePoint {
  readonly index: number;
  readonly epoch: number;
  readonly deadlineMs: number;
  readonly timeMs: number;
  readonly tempoBpm: number;
  readonly beatDurationMs: number;
}

/** The epoch that a frame names; 0 where it names none. */
export function epochOf(entry: FrameEntry): number {
  const epoch = entry.frame.metadata?.epoch;
  return typeof epoch === "number" && Number.isSafeInteger(epoch) && epoch > 0 ? epoch : 0;
}

/** State: the newest frame on the line, and the candidates for another. */
export class Line {
  readonly #leapBeats: number;
  #newest: LinePoint | undefined;
  #candidates: FrameEntry[] = [];

  constructor(leapBeats: number) {
    this.#leapBeats = leapBeats;
  }

  get newest(): LinePoint | undefined {
    return this.#newest;
  }

  /** What a frame is to the line. Only a candidate changes anything here; `accept` moves the line. */
  judge(entry: FrameEntry): LineVerdict {
    const newest = this.#newest;
    if (newest === undefined) return "on-line";
    if (epochOf(entry) < newest.epoch) return "stale";
    const ahead = entry.frame.beat_index - newest.index;
    if (ahead >= 1 && ahead <= this.#leapBeats) return "on-line";
    if (ahead === 0) return "duplicate";
    if (ahead < 0 && !isNews(entry, newest)) return "stale";
    return this.#nominate(entry);
  }

  /** Moves the line to a frame that was judged to be on it. */
  accept(entry: FrameEntry): void {
    this.#candidates = [];
    this.#newest = {
      index: entry.frame.beat_index,
      epoch: epochOf(entry),
      deadlineMs: deadlineMsOf(entry.frame),
      timeMs: entry.timeMs,
      tempoBpm: entry.frame.tempo_bpm,
      beatDurationMs: 60_000 / entry.frame.tempo_bpm,
    };
  }

  /** Forgets the line; returns the candidates, oldest first, which are the new one. */
  restart(): readonly FrameEntry[] {
    const candidates = this.#candidates;
    this.#candidates = [];
    this.#newest = undefined;
    return candidates;
  }

  *save(): Pieces {
    yield* jsonPieces([this.#newest ?? null, this.#candidates]);
  }

  load(reader: SnapshotReader): void {
    const [newest, candidates] = reader.json<[LinePoint | null, FrameEntry[]]>();
    this.#newest = newest ?? undefined;
    this.#candidates = candidates;
  }

  #nominate(entry: FrameEntry): LineVerdict {
    const last = this.#candidates.at(-1);
    const step = last === undefined ? 0 : entry.frame.beat_index - last.frame.beat_index;
    if (last !== undefined && step === 0) return "candidate";
    const follows =
      last !== undefined && step > 0 && step <= CANDIDATE_STEP_MAX && epochOf(entry) >= epochOf(last);
    this.#candidates = follows ? [...this.#candidates, entry] : [entry];
    return this.#candidates.length >= CANDIDATES_FOR_RESTART ? "restart" : "candidate";
  }
}

/**
 * Tells a pulse that began again from a frame that was overtaken on its way: the former announces a later
 * deadline than the line does, or speaks when the line has long been silent.
 */
function isNews(entry: FrameEntry, newest: LinePoint): boolean {
  if (deadlineMsOf(entry.frame) > newest.deadlineMs) return true;
  return entry.timeMs - newest.timeMs > SILENT_BEATS * newest.beatDurationMs;
}
