/**
 * Asks a journal in which no beat arrives whether it takes entries at all: else a full disk looks like a silent pulse.
 *
 * The probe is a well-formed tick for a window that cannot be: every fold ignores it.
 */
import { encodeTick, NO_WINDOW_ID, type TickSender } from "../contracts/tick.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock, Journal } from "../ports.ts";
import type { StoreTroubles } from "./store-troubles.ts";

/** Each probe that is stored is an entry: a journal that hears no beat for a day grows by 3,000 of them. */
const PROBE_EVERY_MS = 30_000;

/** A journal that takes nothing does not grow, and whoever mends it wants to see that it works. */
const PROBE_TROUBLED_EVERY_MS = 5_000;

export interface ProbeParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly troubles: StoreTroubles;
  readonly subject: string;
  readonly sender: () => TickSender;
}

/** State: when it last asked. */
export class JournalProbe {
  readonly #parts: ProbeParts;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #provenAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  /** When a probe was last stored, on the monotonic clock. */
  get provenAtMs(): number {
    return this.#provenAtMs;
  }

  /** Asks, if it is time to. Never rejects. */
  async ask(): Promise<void> {
    const { clock, journal, sender, subject, troubles } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#askedAtMs < (troubles.isJournalTroubled ? PROBE_TROUBLED_EVERY_MS : PROBE_EVERY_MS))
      return;
    this.#askedAtMs = nowMs;
    try {
      await journal.append(subject, encodeTick(NO_WINDOW_ID, sender()));
      this.#provenAtMs = clock.monotonicMs();
      troubles.works("journal");
    } catch (error) {
      if (!(error instanceof BackbeatError)) throw error;
      troubles.notAppended(error);
    }
  }
}
