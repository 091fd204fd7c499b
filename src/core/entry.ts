/**
 * The entries of the one ordered sequence that everything is computed from: frames, claims, ticks.
 *
 * An entry carries its sequence and its time; the core reads no clock. In core mode the sequence is a counter
 * of arrival and the time our own wall clock; with a journal both are the journal's.
 */
import type { BeatFrame } from "../contracts/beat-frame.ts";
import type { SignatureRefusal } from "../contracts/claim-signature.ts";
import type { RefusalReason } from "../contracts/refusal.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";

interface Placed {
  /** Place in the sequence; only grows. */
  readonly seq: number;
  /** Arrival, ms since the Unix epoch. */
  readonly timeMs: number;
}

export interface FrameEntry extends Placed {
  readonly kind: "frame";
  readonly frame: BeatFrame;
  /** True for a frame that we asked for: when it arrived says nothing about the tempo. */
  readonly answered?: boolean;
}

export interface ClaimEntry extends Placed {
  readonly kind: "claim";
  readonly claim: StatusClaim;
  /** Of the body's bytes, see fingerprint.ts. */
  readonly fingerprint: number;
  /** Of a signed claim: rises with each that its agent signs. */
  readonly sequence?: number;
}

/** A body that could not be read, at its place. */
export interface RefusedFrame extends Placed {
  readonly kind: "refused";
  readonly of: "frame";
  readonly reason: RefusalReason;
}

/** A claim that could not be read, or is not known to be from whom it says. */
export interface RefusedClaim extends Placed {
  readonly kind: "refused";
  readonly of: "claim";
  readonly reason: RefusalReason | SignatureRefusal;
}

export type RefusedEntry = RefusedFrame | RefusedClaim;

/** Says that grace is over for a bar. */
export interface TickEntry extends Placed {
  readonly kind: "tick";
  readonly windowId: string;
}

/** Says that entries may be missing: the connection was lost for so long (core mode only). */
export interface GapEntry extends Placed {
  readonly kind: "gap";
  readonly gapMs: number;
}

export type Entry = FrameEntry | ClaimEntry | RefusedEntry | TickEntry | GapEntry;
