/**
 * Reading messages: bytes in, a valid message or a counted refusal out (BACKBEAT-REQ-020, OBS-003).
 *
 * A body that fits is returned as parsed, without a copy; only one that does not is bent (lenient.ts) and
 * checked once more. Never throws, whatever arrives.
 */
import { messageOf } from "../errors.ts";
import type { BarReport } from "./bar-report.ts";
import type { BeatFrame } from "./beat-frame.ts";
import { FORMS, type Form, type MessageKind } from "./form.ts";
import { addBends, type BendCounts, bend, noBends } from "./lenient.ts";
import { observed, Refusal } from "./refusal.ts";
import type { StatusClaim } from "./status-claim.ts";

export type { MessageKind } from "./form.ts";
export { BENDS, type Bend, type BendCounts } from "./lenient.ts";
export { REFUSAL_REASONS, Refusal, type RefusalReason } from "./refusal.ts";

/** Bodies above this are refused unread: a claim is some 300 bytes, and NATS itself would take 1 MiB. */
export const BODY_BYTES_MAX = 64 * 1024;

/** How to read. `lenient` bends what peers of other versions write; `strict` refuses it (for CI). */
export type ReadingMode = "lenient" | "strict";

export interface DecoderOptions {
  /** Default `lenient`. */
  readonly mode?: ReadingMode;
  /** Largest body in bytes, default {@link BODY_BYTES_MAX}. */
  readonly bodyBytesMax?: number;
}

/** Reads the three messages and counts what it bent. */
export interface Decoder {
  frame(body: Uint8Array): BeatFrame | Refusal;
  claim(body: Uint8Array): StatusClaim | Refusal;
  report(body: Uint8Array): BarReport | Refusal;
  /** Whichever of the three its `type` member names: for files and streams that mix them. */
  message(body: Uint8Array): Message | Refusal;
  /** What was bent in the messages that were taken; a refused message adds nothing. */
  readonly bends: Readonly<BendCounts>;
}

export type Message = BeatFrame | StatusClaim | BarReport;

const KINDS = Object.keys(FORMS) as readonly MessageKind[];

/** Which message a `type` member names; undefined for any other value. */
export function messageKindOf(type: unknown): MessageKind | undefined {
  return KINDS.find((kind) => FORMS[kind].type === type);
}

/** A reader of messages. One per consumer: it keeps the counts of what it bent. */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const mode = options.mode ?? "lenient";
  const bodyBytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
  const bends = noBends();
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: mode === "strict" });

  const parse = (body: Uint8Array): object => {
    if (body.length > bodyBytesMax)
      return new Refusal("too-large", "", `has ${body.length} bytes, the limit is ${bodyBytesMax}`);
    let raw: unknown;
    try {
      raw = JSON.parse(text.decode(body));
    } catch (cause) {
      return new Refusal("not-json", "", `is not JSON in UTF-8: ${messageOf(cause)}`);
    }
    if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw;
    return new Refusal("not-object", "", `is ${observed(raw)}, expected a JSON object`);
  };
  const check = (form: Form, raw: object): object => {
    if (raw instanceof Refusal || form.fits(raw)) return raw;
    const { type } = raw as { readonly type?: unknown };
    if (type !== form.type) return wrongType(type, [form]);
    return (mode === "strict" ? form.faultOf(raw) : bendAndCheck(form, raw, bends)) ?? raw;
  };
  return {
    frame: (body) => check(FORMS.frame, parse(body)) as BeatFrame | Refusal,
    claim: (body) => check(FORMS.claim, parse(body)) as StatusClaim | Refusal,
    report: (body) => check(FORMS.report, parse(body)) as BarReport | Refusal,
    message: (body) => {
      const raw = parse(body);
      if (raw instanceof Refusal) return raw;
      const { type } = raw as { readonly type?: unknown };
      const kind = messageKindOf(type);
      if (kind === undefined) return wrongType(type, Object.values(FORMS));
      return check(FORMS[kind], raw) as Message | Refusal;
    },
    bends,
  };
}

function wrongType(type: unknown, forms: readonly Form[]): Refusal {
  const expected = forms.map((form) => `"${form.type}"`).join(" or ");
  return new Refusal("wrong-message-type", "/type", `is ${observed(type)}, expected ${expected}`);
}

/** The bent message, or why even that does not fit. */
function bendAndCheck(form: Form, raw: object, bends: BendCounts): object {
  const { message, made } = bend(raw as Readonly<Record<string, unknown>>, form.known);
  const fault = form.faultOf(message);
  if (fault === undefined) addBends(bends, made);
  return fault ?? message;
}
