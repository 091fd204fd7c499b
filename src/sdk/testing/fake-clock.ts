/**
 * A clock that stands still until a test moves it: timers fire in the order of their due times, then of their
 * creation, at exactly the time that they asked for. Nothing here waits for real time.
 */
import type { Clock, Timer } from "../../ports.ts";

/** 2026-01-01T00:00:00Z: a wall time that reads well in failures. */
export const FAKE_WALL_START_MS = Date.UTC(2026, 0, 1);

/** A wait shorter than this may be lost in rounding, and time would stand still. */
const ROUNDING_MS = 1e-6;

export interface FakeClockOptions {
  /** Wall time at the start, ms since the Unix epoch; default {@link FAKE_WALL_START_MS}. */
  readonly wallMs?: number;
  /** Monotonic time at the start; default 1,000, so that nothing relies on 0. */
  readonly monotonicMs?: number;
  /** Fires every timer this much early (0 … 1 ms, default 0), as real timers may. */
  readonly earlyMs?: number;
}

interface Waiting {
  readonly dueMs: number;
  readonly order: number;
  readonly action: () => void;
}

export class FakeClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  #order = 0;
  readonly #earlyMs: number;
  readonly #waiting = new Set<Waiting>();

  constructor(options: FakeClockOptions = {}) {
    this.#nowMs = options.monotonicMs ?? 1_000;
    this.#wallOffsetMs = (options.wallMs ?? FAKE_WALL_START_MS) - this.#nowMs;
    this.#earlyMs = options.earlyMs ?? 0;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  after(delayMs: number, action: () => void): Timer {
    // A wait no longer than the earliness is exact: else asking again for the rest would never come to an end.
    const earlyMs = delayMs - this.#earlyMs > ROUNDING_MS ? this.#earlyMs : 0;
    const waitMs = Math.max(0, delayMs - earlyMs);
    const dueMs = this.#nowMs + waitMs;
    const waiting: Waiting = { dueMs, order: this.#order++, action };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Due time of the next timer on the monotonic clock; undefined where none waits. */
  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Moves time on by `ms`, firing what falls due, also timers that those set; promises do not settle between. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#fireNext(untilMs));
    this.#nowMs = untilMs;
  }

  /** As {@link advance}, and lets pending promises settle before the first, after each, and after the last timer. */
  async run(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    while (this.#fireNext(untilMs)) await settled();
    this.#nowMs = untilMs;
    await settled();
  }

  /** Time passes and nothing fires, as while a process is stopped: overdue timers fire at the next advance. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  /** The wall clock steps by `ms`; monotonic time and timers do not notice. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (first === undefined || waiting.dueMs < first.dueMs) first = waiting;
      else if (waiting.dueMs === first.dueMs && waiting.order < first.order) first = waiting;
    }
    return first;
  }

  #fireNext(untilMs: number): boolean {
    const next = this.#next();
    if (next === undefined || next.dueMs > untilMs) return false;
    this.#waiting.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.action();
    return true;
  }
}

/** Resolves when the promises that can settle without time passing have done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
