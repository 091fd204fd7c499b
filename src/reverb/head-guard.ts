/**
 * Compares the streams with what this replica knows, at its start and after every lost link, before it goes on (R1).
 *
 * A server that has just lost its lead may say anything once, so a loss is told when it was seen for two seconds;
 * nothing is folded anew, nor committed, until the streams hold what is known again, or a chain gave it up.
 */

import type { Clock, Log } from "../ports.ts";
import { askUntilAnswered } from "./ask-until-answered.ts";
import type { HeadKeeper } from "./head-keeper.ts";
import { examineHead, type HeadParts, type HistoryLoss, lossOf } from "./lost-history.ts";
import type { StoreTroubles } from "./store-troubles.ts";

/** How long a loss must be seen before it is told. */
const BELIEVED_AFTER_MS = 2_000;

/** Pause between two looks at streams that do not hold what is known; until it is told, and after. */
const LOOK_SOON_MS = 250;
const LOOK_AGAIN_MS = 2_000;

export interface GuardParts extends Omit<HeadParts, "silenceMaxMs"> {
  readonly keeper: HeadKeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly isStopped: () => boolean;
  readonly troubles: StoreTroubles;
  /** Seen for long enough. */
  readonly onLost: (loss: HistoryLoss) => void;
}

/** One entry is read of the journal: a stream without a leader is back in 8 s. */
const SILENCE_MAX_MS = 10_000;

/** State: the comparison under way. */
export class HeadGuard {
  readonly #parts: GuardParts;
  #comparing: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Nothing may be committed, and what is shown may be of another history. */
  get isComparing(): boolean {
    return this.#comparing !== undefined;
  }

  /** Resolves when the streams hold what is known, or all of it was given up. Rejects what `examineHead` throws. */
  compare(): Promise<void> {
    // What was compared before the link was lost says nothing of what is there now.
    this.#isAskedAgain = true;
    this.#comparing ??= this.#untilWhole().finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  /** Resolves when nothing is being compared. Never rejects. */
  async settled(): Promise<void> {
    await this.#comparing?.catch(() => undefined);
  }

  async #untilWhole(): Promise<void> {
    const { clock, isStopped, keeper, onLost } = this.#parts;
    let sinceMs: number | undefined;
    let isTold = false;
    while (!isStopped()) {
      this.#isAskedAgain = false;
      const loss = await this.#look();
      if (loss === undefined && !this.#isAskedAgain) break;
      if (loss === undefined) continue;
      const nowMs = clock.monotonicMs();
      sinceMs ??= nowMs;
      if (!isTold && nowMs - sinceMs >= BELIEVED_AFTER_MS) {
        isTold = true;
        onLost(loss);
      }
      await new Promise<void>((resolve) => clock.after(isTold ? LOOK_AGAIN_MS : LOOK_SOON_MS, resolve));
    }
    if (isTold && keeper.head !== undefined && !isStopped())
      this.#parts.log.info("The streams hold what this replica knows again: going on");
  }

  async #look(): Promise<HistoryLoss | undefined> {
    const { clock, isStopped, keeper, troubles } = this.#parts;
    const parts = { ...this.#parts, silenceMaxMs: SILENCE_MAX_MS };
    const { head } = keeper;
    if (head === undefined) return undefined;
    const exam = await askUntilAnswered(() => examineHead(head, parts), {
      clock,
      isStopped,
      onTried: (why) => troubles.tried(why),
    });
    if (exam === undefined) return undefined;
    if (exam.isGivenUp) {
      this.#parts.log.warn(
        "What this replica knew of the streams was given up by an operator: following the chain that was adopted",
      );
      keeper.giveUp();
    }
    return lossOf(exam);
  }
}
