/**
 * Ticks of this replica: when a bar's grace is over by our own monotonic clock, say so in the journal.
 *
 * All replicas do; the first tick that is stored closes the bar for everyone. A tick that is not stored is tried
 * again as long as the bar waits; the next frame closes it anyway. A replica that has to show itself to others with its
 * node id (duplicate-replicas.ts) appends its tick also where the bar is closed: it closes nothing then.
 */
import { encodeTick, type TickSender } from "../contracts/tick.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock, Journal, Log, Timer } from "../ports.ts";
import type { StoreTroubles } from "./store-troubles.ts";

/** Pause before a tick is tried again. */
const TRY_AGAIN_MS = 250;

export interface TicksParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly subject: string;
  readonly sender: () => TickSender;
  /** Whether a tick is wanted also for a bar that is closed. */
  readonly mustShow: () => boolean;
  readonly troubles: StoreTroubles;
}

export interface DueTick {
  readonly windowId: string;
  /** From now on. */
  readonly graceMs: number;
}

/** A tick that is due; `isSettled`: it is stored. */
interface Due {
  readonly windowId: string;
  timer: Timer | undefined;
  isUnderWay: boolean;
  isSettled: boolean;
}

/** State: the tick that is due next. */
export class Ticks {
  readonly #parts: TicksParts;
  #due: Due | undefined;
  #appended = 0;

  constructor(parts: TicksParts) {
    this.#parts = parts;
  }

  /** Ticks that were stored. */
  get appended(): number {
    return this.#appended;
  }

  /** A bar is over and has its grace from now on. */
  schedule({ graceMs, windowId }: DueTick): void {
    this.cancel();
    const due: Due = { windowId, timer: undefined, isUnderWay: false, isSettled: false };
    this.#due = due;
    due.timer = this.#parts.clock.after(graceMs, () => void this.#append(due));
  }

  /** The bar that waits for its tick has waited long enough. */
  hurry(): void {
    const due = this.#due;
    due?.timer?.cancel();
    if (due !== undefined) void this.#append(due);
  }

  /** The bar is closed, by whatever was first. */
  closed(): void {
    const due = this.#due;
    if (due === undefined || due.isSettled) return;
    if (!this.#parts.mustShow()) this.cancel();
    else this.hurry();
  }

  /** The bar is somebody else's concern. */
  cancel(): void {
    this.#due?.timer?.cancel();
    this.#due = undefined;
  }

  async #append(due: Due): Promise<void> {
    const { clock, journal, log, sender, subject, troubles } = this.#parts;
    if (this.#due !== due || due.isUnderWay || due.isSettled) return;
    due.isUnderWay = true;
    try {
      await journal.append(subject, encodeTick(due.windowId, sender()));
      this.#appended += 1;
      due.isSettled = true;
      troubles.works("journal");
    } catch (error) {
      if (!(error instanceof BackbeatError)) throw error;
      troubles.notAppended(error);
      log.debug(`Tick not stored, trying again: ${error.message}`);
      if (this.#due === due) due.timer = clock.after(TRY_AGAIN_MS, () => void this.#append(due));
    } finally {
      due.isUnderWay = false;
    }
  }
}
