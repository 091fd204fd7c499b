/**
 * Whether a lease is ours, another's or open, from what was read of it and when (BACKBEAT-REQ-001, P2).
 *
 * A holder writes the record again and again. Nobody compares clocks: a record whose sequence was seen not to change
 * for the length of the lease, on the own monotonic clock and without a gap in the looking, has lost its holder. A
 * store that could not be read says nothing about its holder, who could not write either: the looking begins anew.
 */

/** How often the record is read, and written by its holder: three looks may fail before a lease is lost. */
const LOOKS_PER_TERM = 4;

export type LeaseVerdict = "ours" | "others" | "open";

/** A record as it was read; `writer` undefined where there is none. */
export interface SeenRecord {
  readonly seq: number;
  readonly writer: string | undefined;
  readonly released: boolean;
}

/** How long to wait between two looks, ms. */
export function lookEveryMs(durationMs: number): number {
  return durationMs / LOOKS_PER_TERM;
}

/** State: the record last read, since when it is unchanged, and until when we let others go first. */
export class LeaseTerm {
  readonly #writer: string;
  #seen: SeenRecord | undefined;
  #sinceMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #standBackUntilMs = Number.NEGATIVE_INFINITY;

  constructor(writer: string) {
    this.#writer = writer;
  }

  /** The record was read; `askedAtMs` is when we asked, so that an answer that took long promises no more. */
  saw(
    seen: SeenRecord,
    { askedAtMs, durationMs }: { readonly askedAtMs: number; readonly durationMs: number },
  ): void {
    const isGap = askedAtMs - this.#lookedAtMs > durationMs / 2;
    if (isGap || this.#seen?.seq !== seen.seq) this.#sinceMs = askedAtMs;
    this.#seen = seen;
    this.#lookedAtMs = askedAtMs;
  }

  /** The record could not be read. */
  missed(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** We gave it up: others may take it first. */
  standBack(untilMs: number): void {
    this.#standBackUntilMs = untilMs;
  }

  /** What to do now that the record was read. */
  verdict(nowMs: number, durationMs: number): LeaseVerdict {
    const seen = this.#seen;
    if (seen === undefined) return "others";
    if (seen.writer === this.#writer && !seen.released) return "ours";
    if (nowMs < this.#standBackUntilMs) return "others";
    if (seen.writer === undefined || seen.released) return "open";
    return this.#lookedAtMs - this.#sinceMs >= durationMs ? "open" : "others";
  }

  /** Whether we hold it for sure: nobody who looks as we do can have taken it. */
  isOurs(nowMs: number, durationMs: number): boolean {
    const isWritten = this.#seen?.writer === this.#writer && !this.#seen.released;
    return isWritten && nowMs - this.#lookedAtMs < durationMs;
  }
}
