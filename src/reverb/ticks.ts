/**
 * Ticks of this replica: when a bar's grace is over by our own monotonic clock, say so in the journal.
 *
 * All replicas do; the first tick that is stored closes the bar for everyone. A tick that is not stored is tried
 * again as long as the bar waits; the next frame closes it anyway.
 */
import { encodeTick } from "../contracts/tick.ts";
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
  readonly nodeId: string;
  readonly troubles: StoreTroubles;
}

export interface DueTick {
  readonly windowId: string;
  /** From now on. */
  readonly graceMs: number;
}

/** State: the tick that is due next. */
export class Ticks {
  readonly #parts: TicksParts;
  #due: { readonly windowId: string; timer: Timer | undefined } | undefined;
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
    const due = { windowId, timer: undefined as Timer | undefined };
    this.#due = due;
    due.timer = this.#parts.clock.after(graceMs, () => void this.#append(due));
  }

  /** The bar that waits for its tick has waited long enough. */
  hurry(): void {
    const due = this.#due;
    due?.timer?.cancel();
    if (due !== undefined) void this.#append(due);
  }

  /** The bar is closed, or somebody else's concern. */
  cancel(): void {
    this.#due?.timer?.cancel();
    this.#due = undefined;
  }

  async #append(due: { readonly windowId: string; timer: Timer | undefined }): Promise<void> {
    const { clock, journal, log, nodeId, subject, troubles } = this.#parts;
    if (this.#due !== due) return;
    try {
      await journal.append(subject, encodeTick(due.windowId, nodeId));
      this.#appended += 1;
      troubles.works("journal");
    } catch (error) {
      if (!(error instanceof BackbeatError)) throw error;
      troubles.notAppended(error);
      log.debug(`Tick not stored, trying again: ${error.message}`);
      if (this.#due === due) due.timer = clock.after(TRY_AGAIN_MS, () => void this.#append(due));
    }
  }
}
