/**
 * A JSON text, whole in memory, as messages: one message, or an array of them.
 *
 * It finds only where entries begin and end; whether an entry is JSON is for the decoder to say. So one bad entry
 * does not hide the others, and the two together refuse exactly what a JSON parser would refuse.
 */
import { firstInk, lineEnds, type Piece, trimmed } from "./piece.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The messages of a JSON text that begins on `firstLine`. Blanks alone are none. */
export function* piecesOf(document: Uint8Array, firstLine = 1): Generator<Piece> {
  const start = firstInk(document);
  if (start === document.length) return;
  const line = firstLine + lineEnds(document.subarray(0, start));
  if (document[start] === OPEN_ARRAY) {
    yield* entriesOf(document.subarray(start + 1), line);
  } else {
    const body = trimmed(document);
    yield { line, body, bytes: body.length };
  }
}

/** The entries of an array, given what follows its opening bracket. */
function* entriesOf(text: Uint8Array, firstLine: number): Generator<Piece> {
  let line = firstLine;
  let from = 0;
  for (let entry = 1; ; entry += 1) {
    const end = entryEnd(text, from);
    const start = Math.min(firstInk(text, from), end);
    const body = trimmed(text.subarray(start, end));
    line += lineEnds(text.subarray(from, start));
    if (entry > 1 || body.length > 0 || text[end] === COMMA) yield { line, entry, body, bytes: body.length };
    line += lineEnds(text.subarray(start, end));
    if (text[end] !== COMMA) {
      yield* afterEntries(text, { end, line });
      return;
    }
    from = end + 1;
  }
}

function* afterEntries(text: Uint8Array, { end, line }: { end: number; line: number }): Generator<Piece> {
  if (text[end] !== CLOSE_ARRAY) {
    yield { line, broken: "is not JSON: the file ends within an array, expected ]" };
    return;
  }
  const rest = firstInk(text, end + 1);
  if (rest === text.length) return;
  const restLine = line + lineEnds(text.subarray(end, rest));
  yield {
    line: restLine,
    broken: "is not JSON: there is more after the array, expected the end of the file",
  };
}

/** Where the entry that begins at `from` ends: at a comma or bracket of the array itself, or with the text. */
function entryEnd(text: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) at = stringEnd(text, at);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) return at;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth = Math.max(0, depth - 1);
  }
  return text.length;
}

/** The index of the quote that ends the string which begins at `from`; the length if none does. */
function stringEnd(text: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, text.length);
}
