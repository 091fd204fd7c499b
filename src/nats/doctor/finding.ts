/** What an examination says: one thing that was found, what it means, and what to do about it. */

/** From nothing to say to must be mended. */
export const FINDING_LEVELS = ["ok", "note", "warning", "problem"] as const;

export type FindingLevel = (typeof FINDING_LEVELS)[number];

export interface Finding {
  /** What was looked at, one or two words. */
  readonly check: string;
  readonly level: FindingLevel;
  readonly found: string;
  /** What it means for BACKBEAT; left out where that is plain. */
  readonly means?: string;
  /** What to do; always there with a warning and a problem. */
  readonly fix?: string;
}
