/**
 * Headers of a message: a status line, then `Name: value` lines.
 *
 * Nothing is taken apart: a name is looked for when it is asked for, so that thousands that nobody asks for cost nothing.
 */
import type { HeaderSource } from "../contracts/report-headers.ts";

const LINE_END = "\r\n";

const utf8 = new TextDecoder();

/** Names are told apart by case; of several lines with one name the first counts. */
export function parseHeaders(bytes: Uint8Array): HeaderSource {
  const text = utf8.decode(bytes);
  return {
    get(name) {
      const head = `${LINE_END}${name}:`;
      const at = text.indexOf(head);
      if (at < 0) return "";
      const from = at + head.length;
      const to = text.indexOf(LINE_END, from);
      return text.slice(from, to < 0 ? text.length : to).trim();
    },
  };
}
