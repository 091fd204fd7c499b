/**
 * What became of an entry: closed unions, and every member is a metric label.
 *
 * Bad input is never an exception. Received = the sum over all outcomes (R6).
 */
import { SIGNATURE_REFUSALS, type SignatureRefusal } from "../contracts/claim-signature.ts";
import { REFUSAL_REASONS, type RefusalReason } from "../contracts/refusal.ts";

/** Why the core refuses a claim that could be read. */
export const CORE_REFUSALS = ["too-far-ahead", "agent-limit", "task-limit", "held-limit"] as const;

/** Refusals that a limit of ours caused, not the sender's mistake. */
export const LIMIT_REFUSALS: readonly CoreRefusal[] = ["agent-limit", "task-limit", "held-limit"];

export type CoreRefusal = (typeof CORE_REFUSALS)[number];

export type ClaimRefusal = RefusalReason | SignatureRefusal | CoreRefusal;

export type ClaimOutcome = "counted" | "duplicate" | "late" | "held" | `refused-${ClaimRefusal}`;

export type FrameOutcome =
  | "advanced"
  | "opened"
  | "duplicate"
  | "stale"
  | "candidate"
  | "foreign"
  | `refused-${RefusalReason}`;

/** What a tick or a gap does: `closed` a bar, or `ignored` because that bar is not waiting. */
export type MarkOutcome = "closed" | "ignored" | "noted";

export type Outcome = ClaimOutcome | FrameOutcome | MarkOutcome;

export const CLAIM_OUTCOMES: readonly ClaimOutcome[] = [
  "counted",
  "duplicate",
  "late",
  "held",
  ...[...REFUSAL_REASONS, ...SIGNATURE_REFUSALS, ...CORE_REFUSALS].map(
    (reason) => `refused-${reason}` as const,
  ),
];

export const FRAME_OUTCOMES: readonly FrameOutcome[] = [
  "advanced",
  "opened",
  "duplicate",
  "stale",
  "candidate",
  "foreign",
  ...REFUSAL_REASONS.map((reason) => `refused-${reason}` as const),
];
