/** Why a message was not taken. A refusal is a value that somebody counts, never an exception. */

/** Every reason for which a body is refused before its content means anything; each one is a metric label. */
export const REFUSAL_REASONS = [
  "too-large",
  "not-json",
  "not-object",
  "wrong-message-type",
  "missing-member",
  "unknown-member",
  "wrong-member-type",
  "out-of-limits",
  "beat-index-too-large",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A body that was refused: why, which member (JSON pointer, "" = the whole), and a sentence for people. */
export class Refusal {
  readonly reason: RefusalReason;
  readonly member: string;
  readonly text: string;

  constructor(reason: RefusalReason, member: string, text: string) {
    this.reason = reason;
    this.member = member;
    this.text = text;
  }
}

/** A refusal is read by people and kept in logs: no more than this of what a stranger wrote goes into it. */
const QUOTED_CHARACTERS_MAX = 80;

/** What was observed, in words that fit after "is". Bounded; strings are quoted as JSON. */
export function observed(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return JSON.stringify(shortened(value));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}

/** A text of at most {@link QUOTED_CHARACTERS_MAX} characters and a mark that there was more. */
export function shortened(text: string): string {
  return text.length <= QUOTED_CHARACTERS_MAX ? text : `${text.slice(0, QUOTED_CHARACTERS_MAX)}…`;
}
