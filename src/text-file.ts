/**
 * Text files that people and other programs wrote, in UTF-8.
 *
 * Editors of Windows put a byte order mark before a text, which no JSON, PEM or key has: it is taken off. What they
 * call "Unicode" is UTF-16, which is said by name, for otherwise it looks like a file full of mistakes. Whoever reads
 * lines takes both ends of lines, LF and CRLF.
 */
import { readFileSync } from "node:fs";
import { BackbeatError } from "./errors.ts";

/** What is wrong with a file in UTF-16, and what to do; completes "it …" and "the file …". */
export const IS_UTF16 = "is UTF-16, expected UTF-8: save it as UTF-8";

const MARK_UTF8 = [0xef, 0xbb, 0xbf];
const MARKS_UTF16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/** The text of a file. @throws the system's error; BackbeatError `bad-file` where it is UTF-16 */
export function readTextFile(path: string): string {
  return textOf(readFileSync(path));
}

/** The text of a file that is read already. @throws BackbeatError `bad-file` where it is UTF-16 */
export function textOf(bytes: Uint8Array): string {
  if (isUtf16(bytes)) throw new BackbeatError("bad-file", `it ${IS_UTF16}`);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(withoutMark(bytes));
}

/** The same bytes without the mark of UTF-8 before them. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return begins(bytes, MARK_UTF8) ? bytes.subarray(MARK_UTF8.length) : bytes;
}

/** By its mark; without one by its first letter, which is a plain one in every file of ours, so one of two bytes is 0. */
export function isUtf16(bytes: Uint8Array): boolean {
  if (MARKS_UTF16.some((mark) => begins(bytes, mark))) return true;
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  return (first === 0) !== (second === 0);
}

function begins(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte);
}
