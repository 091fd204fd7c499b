/**
 * Budgets counted in beats (BACKBEAT-REQ-042; S2): work is told to stop when they are spent.
 *
 * A budget of n beats begins now and is spent after n beat lengths of the running tempo, wherever in a beat it began;
 * a change of tempo changes what is left. Frames that are lost, and a pulse that begins anew, change nothing.
 */
import { BackbeatError } from "../errors.ts";
import type { Clock, Timer } from "../ports.ts";

export interface BudgetClock {
  readonly clock: Clock;
  /** Length of a beat by the running tempo, ms; undefined before the first frame. */
  readonly beatMs: () => number | undefined;
}

/** What a budget cannot be. */
const BEATS_MAX = 1_000_000;

/** @throws BackbeatError `bad-config` */
export function checkBudget(beats: number): void {
  if (Number.isFinite(beats) && beats > 0 && beats <= BEATS_MAX) return;
  throw new BackbeatError(
    "bad-config",
    `Cannot begin work with a budget of ${beats} beats, expected a number above 0, at most ${BEATS_MAX}`,
  );
}

/** State: budgets that run. */
export class BeatBudgets {
  readonly #parts: BudgetClock;
  readonly #running = new Set<Budget>();

  constructor(parts: BudgetClock) {
    this.#parts = parts;
  }

  /** Calls `spent` once when so many beats have passed. The answer ends it before. */
  begin(beats: number, spent: () => void): () => void {
    const budget = new Budget(this.#parts, {
      beats,
      spent: () => {
        this.#running.delete(budget);
        spent();
      },
    });
    this.#running.add(budget);
    return () => {
      budget.cancel();
      this.#running.delete(budget);
    };
  }

  /** A frame came: the tempo may be another from here on. */
  heard(): void {
    for (const budget of [...this.#running]) budget.look();
  }

  stop(): void {
    for (const budget of this.#running) budget.cancel();
    this.#running.clear();
  }
}

/** State: what is left, as of the last look. */
class Budget {
  readonly #parts: BudgetClock;
  readonly #spent: () => void;
  #beatsLeft: number;
  #lookedAtMs: number;
  #beatMs: number | undefined;
  #timer: Timer | undefined;

  constructor(parts: BudgetClock, { beats, spent }: { readonly beats: number; readonly spent: () => void }) {
    this.#parts = parts;
    this.#spent = spent;
    this.#beatsLeft = beats;
    this.#lookedAtMs = parts.clock.monotonicMs();
    this.#beatMs = parts.beatMs();
    this.#wait();
  }

  look(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#beatMs !== undefined) this.#beatsLeft -= (nowMs - this.#lookedAtMs) / this.#beatMs;
    this.#lookedAtMs = nowMs;
    this.#beatMs = this.#parts.beatMs();
    this.#timer?.cancel();
    if (this.#beatsLeft > NOTHING_LEFT_BEATS) this.#wait();
    else this.#spent();
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    if (this.#beatMs === undefined) return;
    this.#timer = this.#parts.clock.after(this.#beatsLeft * this.#beatMs, () => this.look());
  }
}

/** What rounding may leave over. */
const NOTHING_LEFT_BEATS = 1e-9;
