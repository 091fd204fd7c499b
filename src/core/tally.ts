/** Sums since start: every entry received has exactly one outcome, and the outcomes add up (R6). */
import { CLAIM_OUTCOMES, type ClaimOutcome, FRAME_OUTCOMES, type FrameOutcome } from "./outcome.ts";

/** State: plain counters, one per outcome; `claims.held` is what is held now. */
export class Tally {
  claimsReceived = 0;
  framesReceived = 0;
  readonly claims = zeros(CLAIM_OUTCOMES) as Record<ClaimOutcome, number>;
  readonly frames = zeros(FRAME_OUTCOMES) as Record<FrameOutcome, number>;

  claim<O extends ClaimOutcome>(outcome: O): O {
    this.claimsReceived += 1;
    this.claims[outcome] += 1;
    return outcome;
  }

  frame<O extends FrameOutcome>(outcome: O): O {
    this.framesReceived += 1;
    this.frames[outcome] += 1;
    return outcome;
  }

  /** A held claim has found what becomes of it. */
  settle(outcome: ClaimOutcome): void {
    this.claims.held -= 1;
    this.claims[outcome] += 1;
  }
}

function zeros(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}
