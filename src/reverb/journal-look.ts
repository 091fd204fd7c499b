/**
 * A look at the journal every other second: does it still hold what the open bar needs, and will it for long?
 *
 * What is read tells nothing of what is cut behind us. It also takes the checkpoint of a fleet that is too quiet to be
 * looked at by entries, and has the chain's record kept.
 */
import { BackbeatError } from "../errors.ts";
import type { Clock, Journal, StreamFault, Timer } from "../ports.ts";
import type { JournalFold } from "./journal-fold.ts";
import { faultIn, shortnessOf } from "./journal-health.ts";

const LOOK_EVERY_MS = 2_000;

export interface LookParts {
  readonly clock: Clock;
  /** The fold under way; undefined while there is none, or something is in its way already. */
  readonly fold: () => JournalFold | undefined;
  readonly onBroken: (fault: StreamFault) => void;
  /** Why the journal may soon be too short; undefined: it is long enough. */
  readonly onShortness: (text: string | undefined) => void;
  readonly keepChain: () => void;
  /** No beat is read, for whatever reason. */
  readonly onSilence: () => Promise<void>;
  /** Nothing is folded: is what was in the way still so? */
  readonly lookAgain: () => Promise<void>;
}

/** State: when it looks next. */
export class JournalLook {
  readonly #journal: Journal;
  readonly #parts: LookParts;
  #next: Timer | undefined;
  #isStopped = false;
  /** What the look before found: one odd answer is not believed. */
  #suspected: StreamFault["kind"] | undefined;

  constructor(journal: Journal, parts: LookParts) {
    this.#journal = journal;
    this.#parts = parts;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#next?.cancel();
  }

  #schedule(): void {
    this.#next = this.#parts.clock.after(LOOK_EVERY_MS, () => {
      void this.#look().finally(() => {
        if (!this.#isStopped) this.#schedule();
      });
    });
  }

  async #look(): Promise<void> {
    const { fold: foldNow, keepChain, lookAgain, onShortness } = this.#parts;
    const fold = foldNow();
    if (fold === undefined) {
      await lookAgain();
      return;
    }
    fold.look();
    if (fold.isCaughtUp) keepChain();
    if (fold.isSilent) await this.#parts.onSilence();
    // Before the answer: what is read meanwhile is not behind it.
    const { use } = fold;
    try {
      const state = await this.#journal.state();
      if (foldNow() !== fold) return;
      const fault = faultIn(state, use);
      this.#found(fault);
      if (fault === undefined) onShortness(shortnessOf(state, use));
    } catch (error) {
      if (error instanceof BackbeatError && error.code === "stream-missing")
        this.#found({ kind: "deleted", text: "the journal was deleted", byState: true });
    }
  }

  /** Believed when the next look finds the same. */
  #found(fault: StreamFault | undefined): void {
    if (fault !== undefined && fault.kind === this.#suspected) this.#parts.onBroken(fault);
    this.#suspected = fault?.kind;
  }
}
