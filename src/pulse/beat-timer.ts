/**
 * Waits for beats: the one place of the pulse where time passes.
 *
 * An absolute schedule on the monotonic clock (P3): a beat is never early, and a timer that wakes later than a beat
 * hands out only the beat that is due now and tells how many it missed; no backlog is replayed. What a beat means
 * is for its owner to say.
 */
import { staggerMs } from "../core/succession.ts";
import { beatDurationMs } from "../core/tempo.ts";
import { beatAt, dueMsOf, type Schedule } from "../core/timeline.ts";
import type { Clock, Timer } from "../ports.ts";

/** How long before a beat it is prepared: longer than a busy disk takes to keep a line for good. */
const PREPARE_LEAD_MS = 100;

/** A fast beat is prepared at most this part of a beat ahead. */
const PREPARE_LEAD_BEATS = 1 / 4;

/** What is done about beats; none of these may throw. */
export interface BeatActions {
  /** Shortly before a beat is due: what must be done before it can be published. */
  prepare(beat: number): void;
  /** A beat is due, now or since a while. */
  beat(beat: number): void;
  /** So many beats passed before anybody woke. */
  miss(beats: number): void;
}

/** How long before its due time a beat is prepared, ms. */
export function prepareLeadMs(tempoTenths: number): number {
  return Math.min(PREPARE_LEAD_MS, beatDurationMs(tempoTenths) * PREPARE_LEAD_BEATS);
}

/** State: the beat that comes next, and the timer that waits for it. */
export class BeatTimer {
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #actions: BeatActions;
  readonly #leadMs: number;
  readonly #staggerMs: number;
  #nextBeat = 0;
  #preparedBeat = 0;
  #timer: Timer | undefined;
  #wakeAtMs = 0;
  #hasYielded = false;

  /** `schedule` is on the monotonic clock. */
  constructor(clock: Clock, schedule: Schedule, actions: BeatActions) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#actions = actions;
    this.#leadMs = prepareLeadMs(schedule.tempoTenths);
    this.#staggerMs = staggerMs(schedule.tempoTenths);
  }

  /** The beat that comes due next. */
  get nextBeat(): number {
    return this.#nextBeat;
  }

  start(nextBeat: number): void {
    this.#nextBeat = nextBeat;
    this.#preparedBeat = nextBeat - 1;
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wake(): void {
    const lateMs = this.#clock.monotonicMs() - this.#wakeAtMs;
    // After a stall an overdue timer fires before what arrived meanwhile was read: read first, then decide.
    if (lateMs > this.#staggerMs && !this.#hasYielded) {
      this.#hasYielded = true;
      this.#timer = this.#clock.after(0, () => this.#wake());
      return;
    }
    this.#hasYielded = false;
    this.#look();
  }

  #look(): void {
    const dueBeat = beatAt(this.#schedule, this.#clock.monotonicMs());
    if (dueBeat >= this.#nextBeat) {
      const missed = dueBeat - this.#nextBeat;
      this.#nextBeat = dueBeat + 1;
      if (missed > 0) this.#actions.miss(missed);
      this.#actions.beat(dueBeat);
    }
    const prepareAtMs = dueMsOf(this.#schedule, this.#nextBeat) - this.#leadMs;
    if (this.#preparedBeat < this.#nextBeat && this.#clock.monotonicMs() >= prepareAtMs) {
      this.#preparedBeat = this.#nextBeat;
      this.#actions.prepare(this.#nextBeat);
    }
    this.#wait();
  }

  /** Timers may fire up to 1 ms early: whoever wakes looks again. */
  #wait(): void {
    const dueMs = dueMsOf(this.#schedule, this.#nextBeat);
    this.#wakeAtMs = this.#preparedBeat < this.#nextBeat ? dueMs - this.#leadMs : dueMs;
    const delayMs = Math.max(0, this.#wakeAtMs - this.#clock.monotonicMs());
    this.#timer = this.#clock.after(delayMs, () => this.#wake());
  }
}
