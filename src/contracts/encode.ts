/**
 * Writing messages: strictly what the schemas say, members in the order of the schema, no blanks.
 *
 * What we send is checked here, once per message: a peer must never see an invalid one from us.
 */
import { BackbeatError, messageOf } from "../errors.ts";
import type { BarReport } from "./bar-report.ts";
import type { BeatFrame } from "./beat-frame.ts";
import { BODY_BYTES_MAX } from "./decode.ts";
import { FORMS, type Form } from "./form.ts";
import type { StatusClaim } from "./status-claim.ts";

/** A BeatFrame as UTF-8 JSON. @throws BackbeatError `bad-message` naming the first wrong member. */
export function encodeFrame(frame: BeatFrame): Uint8Array {
  return write(FORMS.frame, checked(FORMS.frame, frame));
}

/** A StatusClaim as UTF-8 JSON. @throws BackbeatError `bad-message` naming the first wrong member. */
export function encodeClaim(claim: StatusClaim): Uint8Array {
  return write(FORMS.claim, checked(FORMS.claim, claim));
}

/**
 * A BarReport in its canonical form as UTF-8 JSON: the drift rounded, of an issue only what the schema names,
 * no empty list of issues (BACKBEAT-REQ-021, R7). @throws BackbeatError `bad-message` naming the first wrong
 * member.
 */
export function encodeReport(report: BarReport): Uint8Array {
  const { issues = [], ...rest } = checked(FORMS.report, report);
  return write(FORMS.report, {
    ...rest,
    tempo_drift_ms: roundDriftMs(report.tempo_drift_ms),
    issues:
      issues.length === 0
        ? undefined
        : issues.map(({ severity, category, count }) => ({ severity, category, count })),
  });
}

/** Milliseconds as a report carries them: rounded to 0.1, −0 as 0. */
export function roundDriftMs(driftMs: number): number {
  const tenths = Math.round(driftMs * 10);
  // Above 2^53 a number has no tenths left to round, and ten times it may be infinite.
  return Number.isSafeInteger(tenths) ? tenths / 10 + 0 : driftMs;
}

function checked<M extends object>(form: Form, message: M): M {
  if (form.fits(message)) return message;
  const fault = form.faultOf(message);
  throw unwritable(form, `${fault?.member || "it"} ${fault?.text}`, {
    data: { reason: fault?.reason, member: fault?.member },
  });
}

function write(form: Form, message: object): Uint8Array {
  // Costs a third of what TextEncoder does: its memory is of the pool.
  const body = Buffer.from(stringify(form, message));
  if (body.length <= BODY_BYTES_MAX) return body;
  throw unwritable(form, `it has ${body.length} bytes, readers take ${BODY_BYTES_MAX}`, {
    data: { reason: "too-large" },
  });
}

/** Open members may hold what JSON cannot: a bigint, a circle, nesting without end. */
function stringify(form: Form, message: object): string {
  const members = message as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of form.known) if (Object.hasOwn(members, name)) ordered[name] = members[name];
  try {
    return JSON.stringify(ordered);
  } catch (cause) {
    throw unwritable(form, `it does not fit JSON: ${messageOf(cause)}`, { cause });
  }
}

function unwritable(form: Form, why: string, options: ConstructorParameters<typeof BackbeatError>[2]) {
  return new BackbeatError("bad-message", `Cannot write a ${form.type}: ${why}`, options);
}
