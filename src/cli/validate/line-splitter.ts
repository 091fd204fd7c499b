/**
 * A stream of bytes as lines, each of which should be one message (JSON Lines).
 *
 * Memory is bounded: of a line that is longer than a message may be, only the length is kept. Blank lines are
 * passed over, but counted.
 */
import { firstInk, LINE_FEED, type Piece, trimmed } from "./piece.ts";

export interface LineSplitterOptions {
  /** Longest line that is kept, in bytes. */
  readonly lineBytesMax: number;
  /** Number of the first line. */
  readonly firstLine: number;
}

export class LineSplitter {
  readonly #lineBytesMax: number;
  #line: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(options: LineSplitterOptions) {
    this.#lineBytesMax = options.lineBytesMax;
    this.#line = options.firstLine;
  }

  /** The lines that end within this chunk. */
  *push(chunk: Uint8Array): Generator<Piece> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end));
      yield* this.#take();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The last line, where no line feed ends it. */
  *end(): Generator<Piece> {
    yield* this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#lineBytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  *#take(): Generator<Piece> {
    const [first = new Uint8Array()] = this.#parts;
    const text = this.#parts.length > 1 ? Buffer.concat(this.#parts) : first;
    const [line, bytes] = [this.#line, this.#bytes];
    this.#line += 1;
    this.#parts = [];
    this.#bytes = 0;
    if (bytes > this.#lineBytesMax) yield { line, body: new Uint8Array(), bytes };
    else if (firstInk(text) < text.length) {
      const body = trimmed(text);
      yield { line, body, bytes: body.length };
    }
  }
}
