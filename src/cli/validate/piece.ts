/** A part of a file that should be one message, or a place where the file itself is broken. */

export interface MessagePiece {
  /** Line in the file where it begins, from 1. */
  readonly line: number;
  /** Its place in an array, from 1; undefined outside one. */
  readonly entry?: number;
  /** Its bytes; none where it is larger than any message may be. */
  readonly body: Uint8Array;
  /** How many bytes it really has. */
  readonly bytes: number;
}

interface BrokenPiece {
  readonly line: number;
  readonly broken: string;
}

export type Piece = MessagePiece | BrokenPiece;

export const LINE_FEED = 0x0a;

/** Blanks as JSON knows them. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}

/** The index of the first byte at or after `from` that is no blank; the length if there is none. */
export function firstInk(bytes: Uint8Array, from = 0): number {
  let at = from;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return at;
}

/** The same bytes without blanks at either end. */
export function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(firstInk(bytes.subarray(0, end)), end);
}

/** How many lines end within these bytes. */
export function lineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
