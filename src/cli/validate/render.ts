/** Findings and the summary as lines, for people or for programs. */
import type { Paint } from "../paint.ts";
import type { Finding, Summary } from "./checker.ts";

/** How lines are written. */
export interface Rendering {
  finding(finding: Finding): string;
  summary(summary: Summary): string;
}

/** One JSON object per line: findings, then `{"summary": …}`. */
export const asJson: Rendering = {
  finding: (finding) => JSON.stringify(finding),
  summary: ({ refusedBy, ...summary }) =>
    JSON.stringify({ summary: { ...summary, bends: occurred(summary.bends), refused_by: refusedBy } }),
};

/** `file:line: member: reason — text`, then one line of sums. */
export function asText(paint: Paint): Rendering {
  return {
    finding: ({ file, line, entry, member, reason, text }) => {
      const where = `${printable(file)}:${line}: ${printable(member) || "message"}`;
      const place = entry === undefined ? "" : ` (entry ${entry})`;
      return `${where}: ${paint.bad(reason)} — ${printable(text)}${place}`;
    },
    summary: (summary) => {
      const { files, messages, valid, bent, refused } = summary;
      const parts = [
        ...(valid > 0 || bent + refused === 0 ? [paint.good(`${valid} valid`)] : []),
        ...(bent > 0 ? [paint.warn(`${bent} bent${listed(summary.bends)}`)] : []),
        ...(refused > 0 ? [paint.bad(`${refused} refused${listed(summary.refusedBy)}`)] : []),
      ];
      return `${counted(messages, "message")} in ${counted(files, "file")}: ${parts.join(", ")}`;
    },
  };
}

/**
 * What a stranger wrote, safe for a terminal: control and formatting characters, which could move the cursor or
 * turn the line around, are written as `\u{…}`.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function occurred(counts: Readonly<Partial<Record<string, number>>>): Record<string, number | undefined> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

function listed(counts: Readonly<Partial<Record<string, number>>>): string {
  const parts = Object.entries(occurred(counts)).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
