/**
 * What can go wrong, as one closed union of codes.
 *
 * Wording: *Cannot ⟨action⟩: ⟨observed⟩, ⟨expected⟩*. Bad network input is never an error: it is a counted
 * refusal (contracts/decode.ts, core/outcome.ts).
 */

/** Stable names for programs; the message is for people. */
export type ErrorCode =
  | "bad-config"
  | "budget-spent"
  | "claim-expired"
  | "claim-refused"
  | "bad-message"
  | "bad-timeline"
  | "data-dir-locked"
  | "data-dir-unusable"
  | "duplicate-node-id"
  | "nats-refused"
  | "nats-unreachable"
  | "nats-server-failed"
  | "nats-server-missing"
  | "no-beat"
  | "no-report"
  | "outbox-full"
  | "port-in-use"
  | "listen-failed"
  | "journal-refused"
  | "mode-refused"
  | "profile-differs"
  | "stream-missing"
  | "stream-refused"
  | "stopped"
  | "tempo-refused"
  | "too-many-tasks"
  | "bad-file";

/** Facts behind an error, for logs and tests; never a secret. */
export type ErrorData = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Every error that BACKBEAT raises on purpose. `code` is stable, `message` may change. */
export class BackbeatError extends Error {
  override readonly name = "BackbeatError";
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, message: string, options: { data?: ErrorData; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** The text of anything that was thrown, also of what has none. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something that has no text";
  }
}

/** Errors that the caller can mend by calling otherwise: a process that ends for one ends with 2, for another with 1. */
const MISTAKES: readonly ErrorCode[] = ["bad-config", "mode-refused", "profile-differs"];

/** Whether something that was thrown is a mistake of the caller. */
function isMistake(thrown: unknown): boolean {
  return thrown instanceof BackbeatError && MISTAKES.includes(thrown.code);
}

/** Exit codes of the program. */
export const EXIT_CODES = {
  failed: 1,
  mistake: 2,
  /**
   * Another process runs with our node id. `EX_TEMPFAIL` of sysexits.h: starting again may help, since the other one may
   * be a predecessor that is about to end.
   */
  duplicateNodeId: 75,
} as const;

/** The exit code of a process that ends for what was thrown. */
export function exitCodeFor(thrown: unknown): number {
  if (isMistake(thrown)) return EXIT_CODES.mistake;
  const isDuplicate = thrown instanceof BackbeatError && thrown.code === "duplicate-node-id";
  return isDuplicate ? EXIT_CODES.duplicateNodeId : EXIT_CODES.failed;
}
