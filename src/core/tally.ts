/** Sums since start: every entry received has exactly one outcome, and the outcomes add up (R6). */
import { CLAIM_OUTCOMES, type ClaimOutcome, FRAME_OUTCOMES, type FrameOutcome } from "./outcome.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

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

  *save(): Pieces {
    yield* jsonPieces([this.claimsReceived, this.framesReceived, this.claims, this.frames]);
  }

  load(reader: SnapshotReader): void {
    const [claimsReceived, framesReceived, claims, frames] =
      reader.json<[number, number, Tally["claims"], Tally["frames"]]>();
    this.claimsReceived = claimsReceived;
    this.framesReceived = framesReceived;
    Object.assign(this.claims, claims);
    Object.assign(this.frames, frames);
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
