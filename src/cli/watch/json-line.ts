/** A message as one line of JSON, as it was read, with what it is in front. Pure. */
import type { BarReport } from "../../contracts/bar-report.ts";
import type { BeatFrame } from "../../contracts/beat-frame.ts";

/** Without end of line. Control characters that JSON allows but a terminal obeys are escaped. */
export function jsonLine(kind: "beat" | "report", message: BeatFrame | BarReport): string {
  return JSON.stringify({ kind, ...message }).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
