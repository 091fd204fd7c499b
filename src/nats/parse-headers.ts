/** Headers of a stored message, as the API gives them: a status line, then `Name: value` lines. */
import type { HeaderSource } from "../contracts/report-headers.ts";

const text = new TextDecoder();

/** Names are taken as they were written, the first of each. */
export function parseHeaders(bytes: Uint8Array): HeaderSource {
  const [, ...lines] = text.decode(bytes).split("\r\n");
  const values = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    if (!values.has(name)) values.set(name, line.slice(colon + 1).trim());
  }
  return { get: (name) => values.get(name) ?? "" };
}
