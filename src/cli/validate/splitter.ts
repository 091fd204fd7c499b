/**
 * A file, however it is laid out, as messages: JSON Lines are read as a stream, any other JSON text whole.
 *
 * Which it is shows in the first line that is not blank: one that is an object of its own, `{…}`, begins JSON
 * Lines. A message that fills one line is both, and comes to the same.
 */
import { BODY_BYTES_MAX } from "../../contracts/decode.ts";
import { BackbeatError } from "../../errors.ts";
import { IS_UTF16, isUtf16, withoutMark } from "../../text-file.ts";
import { piecesOf } from "./document.ts";
import { LineSplitter } from "./line-splitter.ts";
import { firstInk, LINE_FEED, lineEnds, type Piece, trimmed } from "./piece.ts";

/** A JSON text is held in memory whole: this holds 200,000 messages, and JSON Lines know no limit. */
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;

/** How the messages lie in a file: one in each line, or as the first line shows. */
export type Layout = "lines" | "detect";

export interface SplitterOptions {
  readonly layout: Layout;
  /** Default {@link DOCUMENT_BYTES_MAX}. */
  readonly documentBytesMax?: number;
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export class Splitter {
  readonly #layout: Layout;
  readonly #documentBytesMax: number;
  /** Read, but not split: what may decide the layout, or all of a JSON text. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #line = 1;
  #isAtStart = true;
  /** Then it holds no message, and that is said once. */
  #isUtf16 = false;
  #isDocument = false;
  #lines: LineSplitter | undefined;

  constructor(options: SplitterOptions) {
    this.#layout = options.layout;
    this.#documentBytesMax = options.documentBytesMax ?? DOCUMENT_BYTES_MAX;
  }

  /** The messages that this chunk completes. @throws BackbeatError `bad-file` for a JSON text above the limit. */
  *push(chunk: Uint8Array): Generator<Piece> {
    if (this.#isUtf16) return;
    if (this.#lines !== undefined) {
      yield* this.#lines.push(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes > this.#documentBytesMax) throw tooLarge(this.#documentBytesMax);
    if (!this.#isDocument && (chunk.includes(LINE_FEED) || this.#heldBytes > BODY_BYTES_MAX))
      yield* this.#decide(false);
  }

  /** The messages that only the end of the file completes. */
  *end(): Generator<Piece> {
    if (this.#isUtf16) return;
    if (this.#lines === undefined && !this.#isDocument) yield* this.#decide(true);
    if (this.#lines !== undefined) yield* this.#lines.end();
    else yield* piecesOf(Buffer.concat(this.#held), this.#line);
  }

  *#decide(isEnd: boolean): Generator<Piece> {
    const held = this.#takeHeld();
    if (this.#isUtf16) {
      yield { line: 1, broken: IS_UTF16 };
      return;
    }
    const start = firstInk(held);
    const end = held.indexOf(LINE_FEED, start);
    const isWholeLine = end >= 0 || isEnd;
    if (start === held.length && !isEnd) {
      this.#line += lineEnds(held);
    } else if (!isWholeLine && held.length - start <= BODY_BYTES_MAX) {
      this.#hold(held);
    } else if (
      this.#layout === "lines" ||
      beginsLines(held.subarray(start, end < 0 ? undefined : end), isWholeLine)
    ) {
      this.#lines = new LineSplitter({ lineBytesMax: BODY_BYTES_MAX, firstLine: this.#line });
      yield* this.#lines.push(held);
    } else {
      this.#isDocument = true;
      this.#hold(held);
    }
  }

  #hold(bytes: Uint8Array): void {
    this.#held = [bytes];
    this.#heldBytes = bytes.length;
  }

  /** Everything held, without the mark that some editors put before a file. */
  #takeHeld(): Uint8Array {
    const held = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    const isAtStart = this.#isAtStart;
    this.#isAtStart = false;
    this.#isUtf16 = isAtStart && isUtf16(held);
    return isAtStart ? withoutMark(held) : held;
  }
}

/** Of a line that is cut, since no message is so long, only the beginning tells. */
function beginsLines(line: Uint8Array, isWhole: boolean): boolean {
  const ink = trimmed(line);
  return ink[0] === OPEN_OBJECT && (!isWhole || ink.at(-1) === CLOSE_OBJECT);
}

function tooLarge(limit: number): BackbeatError {
  return new BackbeatError(
    "bad-file",
    `it has more than ${limit} bytes, the limit of a JSON text; write one message per line (JSON Lines)`,
  );
}
