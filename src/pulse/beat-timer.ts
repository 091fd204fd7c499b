/**
 * Waits for beats: the one place of the pulse where time passes.
 *
 * An absolute schedule on the monotonic clock (P3): a beat is never early, and a timer that wakes later than a beat
 * hands out only the beat that is due now and tells how many it missed; no backlog is replayed. What a beat means
 * is for its owner to say.
 */
import { staggerMs } from "../core/succession.ts";
import { beatDurationMs } from "../core/tempo.ts";
import { beatAt, dueMsOf, type Schedule, tempoTenthsAt } from "../core/timeline.ts";
import type { Clock, Timer } from "../ports.ts";

/** How long before a beat it is prepared: longer than a busy disk takes to keep a line for good. */
const PREPARE_LEAD_MS = 100;

/** A fast beat is prepared at most this part of a beat ahead. */
const PREPARE_LEAD_BEATS = 1 / 4;

/** How often the event loop is let go on after a stall: what a socket holds comes in a few readings. */
const YIELDS = 3;

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

/**
 * Calls `action` in `delayMs`. After a stall an overdue timer fires before what arrived meanwhile was read: then it
 * lets the event loop read first. `cancel` also ends that.
 */
export function afterReading(
  clock: Clock,
  action: () => void,
  { delayMs, lateMaxMs }: { readonly delayMs: number; readonly lateMaxMs: number },
): Timer {
  const dueMs = clock.monotonicMs() + delayMs;
  let yields = 0;
  const wake = (): void => {
    if (clock.monotonicMs() - dueMs <= lateMaxMs || yields >= YIELDS) {
      action();
      return;
    }
    yields += 1;
    timer = clock.after(0, wake);
  };
  let timer = clock.after(delayMs, wake);
  return { cancel: () => timer.cancel() };
}

/** State: the beat that comes next, and the timer that waits for it. */
export class BeatTimer {
  readonly #clock: Clock;
  readonly #schedule: () => Schedule;
  readonly #actions: BeatActions;
  #nextBeat = 0;
  #preparedBeat = 0;
  #timer: Timer | undefined;
  /** When the next beat is due by the schedule that it is waited for by. */
  #dueAtMs = Number.POSITIVE_INFINITY;

  /** `schedule` answers the schedule of the moment, on the monotonic clock. */
  constructor(clock: Clock, schedule: () => Schedule, actions: BeatActions) {
    this.#clock = clock;
    this.#schedule = schedule;
    this.#actions = actions;
  }

  /** The beat that comes due next. */
  get nextBeat(): number {
    return this.#nextBeat;
  }

  /** For how long the next beat has been due, ms; negative while it is not: the process stood still, or reads first. */
  get overdueMs(): number {
    return this.#clock.monotonicMs() - this.#dueAtMs;
  }

  start(nextBeat: number): void {
    this.#nextBeat = nextBeat;
    this.#preparedBeat = nextBeat - 1;
    this.#look();
  }

  /** The schedule is another now: waits by it, for the same beat, which is prepared anew. */
  reschedule(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#preparedBeat = this.#nextBeat - 1;
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const schedule = this.#schedule();
    const dueBeat = beatAt(schedule, this.#clock.monotonicMs());
    if (dueBeat >= this.#nextBeat) {
      const missed = dueBeat - this.#nextBeat;
      this.#nextBeat = dueBeat + 1;
      if (missed > 0) this.#actions.miss(missed);
      this.#actions.beat(dueBeat);
    }
    if (this.#preparedBeat < this.#nextBeat && this.#clock.monotonicMs() >= this.#prepareAtMs()) {
      this.#preparedBeat = this.#nextBeat;
      this.#actions.prepare(this.#nextBeat);
    }
    this.#wait();
  }

  #prepareAtMs(): number {
    const schedule = this.#schedule();
    return dueMsOf(schedule, this.#nextBeat) - prepareLeadMs(tempoTenthsAt(schedule, this.#nextBeat - 1));
  }

  /** Timers may fire up to 1 ms early: whoever wakes looks again. */
  #wait(): void {
    const schedule = this.#schedule();
    const isPrepared = this.#preparedBeat >= this.#nextBeat;
    this.#dueAtMs = dueMsOf(schedule, this.#nextBeat);
    const wakeAtMs = isPrepared ? this.#dueAtMs : this.#prepareAtMs();
    const delayMs = Math.max(0, wakeAtMs - this.#clock.monotonicMs());
    const lateMaxMs = staggerMs(tempoTenthsAt(schedule, this.#nextBeat));
    this.#timer = afterReading(this.#clock, () => this.#look(), { delayMs, lateMaxMs });
  }
}
