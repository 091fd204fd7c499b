/** One claim in an outbox, with what it takes to send it, and to send it again. */
import type { StatusClaim } from "../../contracts/status-claim.ts";
import type { BackbeatError } from "../../errors.ts";
import { type Queued, sayingOf } from "./outbox-queue.ts";

/** Stand for a token: nothing is under way, or the answer will be that of a flush. */
export const UNSENT = -1;
export const FLUSHED = -2;

export interface Entry extends Queued {
  /** As it was made; put away while the link is down, when thousands may wait. */
  open: { readonly claim: StatusClaim; readonly body: Uint8Array } | undefined;
  /** Its bytes, one character each, when it was put away: a string is a third of what an array of its own costs. */
  packed: string;
  /** Whole ms, as is `sentAtMs`. */
  readonly queuedAtMs: number;
  readonly resolve: (claim: StatusClaim) => void;
  readonly reject: (error: BackbeatError) => void;
  sentAtMs: number;
  token: number;
  /** Tokens of sendings that were given up: a late answer is an answer all the same. */
  lateTokens: number[] | undefined;
}

/** How a claim begins its way; put away at once where it cannot be sent now. */
export interface NewEntry extends Pick<Entry, "queuedAtMs" | "resolve" | "reject"> {
  readonly claim: StatusClaim;
  readonly body: Uint8Array;
  readonly isPutAway: boolean;
}

export function entryOf({ body, claim, isPutAway, queuedAtMs, reject, resolve }: NewEntry): Entry {
  return {
    beatIndex: claim.beat_index,
    bytes: body.length,
    saying: sayingOf(claim),
    open: isPutAway ? undefined : { claim, body },
    packed: isPutAway ? pack(body) : "",
    queuedAtMs,
    resolve,
    reject,
    sentAtMs: 0,
    token: UNSENT,
    lateTokens: undefined,
  };
}

/** Keeps only its bytes. */
export function putAway(entry: Entry): void {
  if (entry.open === undefined) return;
  entry.packed = pack(entry.open.body);
  entry.open = undefined;
}

export function bodyOf({ open, packed }: Entry): Uint8Array {
  return open?.body ?? unpack(packed);
}

export function claimOf({ open, packed }: Entry): StatusClaim {
  return open?.claim ?? (JSON.parse(unpack(packed).toString()) as StatusClaim);
}

function pack(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
}

function unpack(packed: string): Buffer {
  return Buffer.from(packed, "latin1");
}
