/** Why a claim came to nothing, in words that say what to do. */
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { refusalWords, type StreamRefusal } from "../../contracts/stream-refusal.ts";
import { BackbeatError, type ErrorCode, type ErrorData } from "../../errors.ts";

/** Codes of a claim that was made and came to nothing. */
export type ClaimErrorCode = Extract<
  ErrorCode,
  "claim-expired" | "claim-refused" | "outbox-full" | "stopped"
>;

interface ClaimErrorOptions {
  readonly data?: ErrorData;
  readonly cause?: unknown;
  readonly refusal?: StreamRefusal | undefined;
}

/** A claim that was not stored, as far as is known. `code` says what became of it, `serverCode` what the server said last. */
export class ClaimError extends BackbeatError {
  declare readonly code: ClaimErrorCode;
  /** `err_code` of the server's last refusal, such as 10023 for a full store; undefined where it refused nothing. */
  readonly serverCode: number | undefined;

  constructor(code: ClaimErrorCode, message: string, { refusal, data, cause }: ClaimErrorOptions = {}) {
    const told = refusal === undefined || code === "claim-refused" ? "" : `; ${refusalWords(refusal)}`;
    const ofServer = refusal && { serverCode: refusal.code, serverText: refusal.text };
    super(code, `${message}${told}`, {
      data: { ...data, ...ofServer },
      ...(cause === undefined ? {} : { cause }),
    });
    this.serverCode = refusal?.code;
  }
}

export function replaced({ beat_index, state }: StatusClaim): ClaimError {
  return new ClaimError(
    "outbox-full",
    `Not sent: the outbox was full, and the later claim "${state}" of beat ${beat_index} for the same task took its place`,
    { data: { replacedByBeat: beat_index } },
  );
}

export function expired(beatIndex: number, ageMaxMs: number, refusal: StreamRefusal | undefined): ClaimError {
  return new ClaimError(
    "claim-expired",
    `Not sent: the claim for beat ${beatIndex} waited for more than ${Math.round(ageMaxMs / 1_000)} s and its bar is over`,
    { data: { beatIndex }, refusal },
  );
}

/** The server refuses it, now and always. */
export function refused(refusal: StreamRefusal): ClaimError {
  return new ClaimError("claim-refused", `Cannot claim: ${refusalWords(refusal)}`, { refusal });
}

/** It cannot even be sent. */
export function unsendable(why: string, cause: unknown): ClaimError {
  return new ClaimError("claim-refused", `Cannot claim: the server refuses this claim for good: ${why}`, {
    cause,
  });
}

export function abandoned(refusal: StreamRefusal | undefined): ClaimError {
  return new ClaimError(
    "stopped",
    "The agent was stopped before the server confirmed this claim, which may be lost; give stop() more time, or start another agent and claim again",
    { refusal },
  );
}
