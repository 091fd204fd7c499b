/**
 * A message on the status subject as an entry: a claim that counts for something, or a refusal at its place.
 *
 * The hot path: without a guard nothing of signatures is looked at, not even whether there are headers.
 */
import { type Decoder, Refusal } from "../contracts/decode.ts";
import type { HeaderSource } from "../contracts/report-headers.ts";
import type { ClaimGuard } from "./claim-guard.ts";
import type { ClaimEntry, RefusedClaim } from "./entry.ts";
import { fingerprintOf } from "./fingerprint.ts";

export interface ClaimMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: HeaderSource | undefined;
}

type Place = Pick<ClaimEntry, "seq" | "timeMs">;

/** State: what its decoder has bent. */
export class ClaimReader {
  readonly #decoder: Decoder;
  readonly #guard: ClaimGuard | undefined;

  constructor({ decoder, guard }: { readonly decoder: Decoder; readonly guard: ClaimGuard | undefined }) {
    this.#decoder = decoder;
    this.#guard = guard;
  }

  /** Never throws, whatever arrives. */
  read(message: ClaimMessage, place: Place): ClaimEntry | RefusedClaim {
    if (this.#guard !== undefined) return this.#readGuarded(message, { place, guard: this.#guard });
    const { data } = message;
    const claim = this.#decoder.claim(data);
    if (claim instanceof Refusal) return refused(claim.reason, place);
    return { kind: "claim", claim, fingerprint: fingerprintOf(data), seq: place.seq, timeMs: place.timeMs };
  }

  #readGuarded(
    message: ClaimMessage,
    { guard, place }: { readonly guard: ClaimGuard; readonly place: Place },
  ): ClaimEntry | RefusedClaim {
    const opened = guard.open(message.headers, place.timeMs);
    if (typeof opened === "string") return refused(opened, place);
    const { data } = message;
    const claim = this.#decoder.claim(data);
    if (claim instanceof Refusal) return refused(claim.reason, place);
    const refusal = guard.refusalOf(claim, { message, opened, timeMs: place.timeMs });
    if (refusal !== undefined) return refused(refusal, place);
    const entry: ClaimEntry = { kind: "claim", claim, fingerprint: fingerprintOf(data), ...placeOf(place) };
    return opened === undefined ? entry : { ...entry, sequence: opened.sequence };
  }
}

function placeOf({ seq, timeMs }: Place): Place {
  return { seq, timeMs };
}

function refused(reason: RefusedClaim["reason"], place: Place): RefusedClaim {
  return { kind: "refused", of: "claim", reason, ...placeOf(place) };
}
