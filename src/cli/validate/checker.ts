/**
 * Judges messages as the services read them, and adds up what was found (OBS-003).
 *
 * Pure: no file, no clock. Messages = valid + bent + refused.
 */
import {
  BENDS,
  type BendCounts,
  BODY_BYTES_MAX,
  createDecoder,
  type Decoder,
  REFUSAL_REASONS,
  type ReadingMode,
  Refusal,
  type RefusalReason,
} from "../../contracts/decode.ts";
import type { Piece } from "./piece.ts";
import { type Layout, Splitter } from "./splitter.ts";

/** A bad message: where it is, and what is wrong with it. */
export interface Finding {
  readonly file: string;
  /** Line where the message begins, from 1. */
  readonly line: number;
  /** Its place in an array, from 1. */
  readonly entry?: number;
  /** JSON pointer, "" = the whole message. */
  readonly member: string;
  readonly reason: RefusalReason;
  readonly text: string;
}

export interface Summary {
  /** Files that held a message. */
  readonly files: number;
  readonly messages: number;
  readonly valid: number;
  /** Taken, but only by bending them. */
  readonly bent: number;
  readonly bends: Readonly<BendCounts>;
  readonly refused: number;
  /** Reasons that did not occur are left out. */
  readonly refusedBy: Readonly<Partial<Record<RefusalReason, number>>>;
}

export class Checker {
  readonly #decoder: Decoder;
  readonly #refusedBy = new Map<RefusalReason, number>();
  #file: string | undefined;
  #files = 0;
  #messages = 0;
  #bent = 0;
  #refused = 0;

  constructor(mode: ReadingMode) {
    this.#decoder = createDecoder({ mode });
  }

  /** What is wrong with a message; undefined for a good one. Messages of a file come one after the other. */
  check(piece: Piece, file: string): Finding | undefined {
    if (this.#file !== file) this.#files += 1;
    this.#file = file;
    this.#messages += 1;
    const bendsBefore = sum(this.#decoder.bends);
    const outcome = this.#judge(piece);
    if (!(outcome instanceof Refusal)) {
      if (sum(this.#decoder.bends) > bendsBefore) this.#bent += 1;
      return undefined;
    }
    const { reason, member, text } = outcome;
    this.#refused += 1;
    this.#refusedBy.set(reason, (this.#refusedBy.get(reason) ?? 0) + 1);
    const entry = "entry" in piece ? { entry: piece.entry } : {};
    return { file, line: piece.line, ...entry, member, reason, text };
  }

  get summary(): Summary {
    return {
      files: this.#files,
      messages: this.#messages,
      valid: this.#messages - this.#bent - this.#refused,
      bent: this.#bent,
      bends: { ...this.#decoder.bends },
      refused: this.#refused,
      refusedBy: Object.fromEntries(
        REFUSAL_REASONS.filter((reason) => this.#refusedBy.has(reason)).map((reason) => [
          reason,
          this.#refusedBy.get(reason) ?? 0,
        ]),
      ),
    };
  }

  #judge(piece: Piece): object {
    if ("broken" in piece) return new Refusal("not-json", "", piece.broken);
    if (piece.bytes <= BODY_BYTES_MAX) return this.#decoder.message(piece.body);
    return new Refusal("too-large", "", `has ${piece.bytes} bytes, the limit is ${BODY_BYTES_MAX}`);
  }
}

export interface FindingsOptions {
  /** Default `lenient`. */
  readonly mode?: ReadingMode;
  /** Default `detect`. */
  readonly layout?: Layout;
  /** Stands in the findings, default "". */
  readonly file?: string;
}

/** Everything that is wrong with the messages of one text, as `validate` would say it of a file. */
export function findingsIn(text: Uint8Array, options: FindingsOptions = {}): readonly Finding[] {
  const { mode = "lenient", layout = "detect", file = "" } = options;
  const checker = new Checker(mode);
  const splitter = new Splitter({ layout });
  return [...splitter.push(text), ...splitter.end()].flatMap((piece) => checker.check(piece, file) ?? []);
}

function sum(bends: Readonly<BendCounts>): number {
  let total = 0;
  for (const bend of BENDS) total += bends[bend];
  return total;
}
