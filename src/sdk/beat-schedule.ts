/**
 * Tells each beat once, in order, at its time (BACKBEAT-REQ-040; P1, S1).
 *
 * A beat is told when its frame is heard; if the frame is late or lost, the timeline tells the beat by itself after
 * the jitter tolerance. A process that stood still tells the newest beat only, and how many it missed: no backlog.
 */
import type { Flywheel } from "../core/flywheel.ts";
import type { Clock, Timer } from "../ports.ts";

/** How long a beat waits for its frame, ms; the default of all BACKBEAT clients. */
export const JITTER_TOLERANCE_MS = 50;

/** A fast beat waits at most this part of itself. */
const TOLERANCE_BEATS = 1 / 4;

/** Told of a beat, and how many passed untold just before it. Must not throw. */
export type TellBeat = (index: number, missed: number) => void;

export interface BeatScheduleParts {
  readonly wheel: Flywheel;
  readonly clock: Clock;
  /** Default {@link JITTER_TOLERANCE_MS}. */
  readonly jitterToleranceMs?: number | undefined;
  readonly tell: TellBeat;
}

/** State: the newest beat that was told, and the timer that waits for the next. */
export class BeatSchedule {
  readonly #parts: BeatScheduleParts;
  #told: number | undefined;
  #timer: Timer | undefined;
  #wakeAtMs = 0;
  #hasYielded = false;
  #stopped = false;

  constructor(parts: BeatScheduleParts) {
    this.#parts = parts;
  }

  /** To be called when the wheel has taken a frame. */
  heard(): void {
    const { wheel, clock } = this.#parts;
    const beat = wheel.beatAt(clock.monotonicMs());
    if (beat === undefined || this.#stopped) return;
    // Only a new timeline begins below what was told.
    if (this.#told !== undefined && beat < this.#told) this.#told = beat - 1;
    if (beat !== this.#told && wheel.frame?.beat_index === beat) this.#tell(beat);
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #wake(): void {
    const { wheel, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    // After a stall an overdue timer fires before what arrived meanwhile was read: read first, then tell.
    if (nowMs - this.#wakeAtMs > this.#toleranceMs() && !this.#hasYielded) {
      this.#hasYielded = true;
      this.#timer = clock.after(0, () => this.#wake());
      return;
    }
    this.#hasYielded = false;
    const beat = wheel.beatAt(nowMs);
    if (beat !== undefined && beat !== this.#told && this.#tellAtMs(beat) <= nowMs) this.#tell(beat);
    this.#wait();
  }

  #tell(beat: number): void {
    const missed = this.#told === undefined ? 0 : beat - this.#told - 1;
    this.#told = beat;
    this.#parts.tell(beat, missed);
  }

  #wait(): void {
    if (this.#stopped) return;
    const { wheel, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    const current = wheel.beatAt(nowMs) ?? 0;
    const next = this.#told === undefined ? current : Math.max(current, this.#told + 1);
    this.#timer?.cancel();
    this.#wakeAtMs = this.#tellAtMs(next);
    this.#hasYielded = false;
    this.#timer = clock.after(Math.max(0, this.#wakeAtMs - nowMs), () => this.#wake());
  }

  /** When a beat is told without its frame. */
  #tellAtMs(beat: number): number {
    return (this.#parts.wheel.dueAt(beat) ?? 0) + this.#toleranceMs();
  }

  #toleranceMs(): number {
    const { wheel, jitterToleranceMs = JITTER_TOLERANCE_MS } = this.#parts;
    const beatMs = 60_000 / (wheel.tempoBpm ?? 1);
    return Math.min(jitterToleranceMs, beatMs * TOLERANCE_BEATS);
  }
}
