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
