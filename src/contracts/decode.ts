/**
 * Reading messages: bytes in, a valid message or a counted refusal out (BACKBEAT-REQ-020, OBS-003).
 *
 * A body that fits the schema is returned as parsed, without a copy; only one that does not fit is bent
 * (lenient.ts) and checked once more. Never throws, whatever arrives.
 */
import { Compile, type Validator } from "typebox/compile";
import { type BarReport, BarReportSchema } from "./bar-report.ts";
import { type BeatFrame, BeatFrameSchema } from "./beat-frame.ts";
import { BENDS, type BendCounts, bend } from "./lenient.ts";
import { Refusal, type RefusalReason } from "./refusal.ts";
import { type StatusClaim, StatusClaimSchema } from "./status-claim.ts";

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
  /** Checks a value that is parsed already: a file's entry, an API's body. */
  value(kind: MessageKind, value: unknown): Message | Refusal;
  readonly bends: Readonly<BendCounts>;
}

/** The three messages by their short names. */
export type MessageKind = "frame" | "claim" | "report";

export type Message = BeatFrame | StatusClaim | BarReport;

interface Form {
  readonly check: Validator;
  readonly type: string;
  readonly known: readonly string[];
  readonly indexes: readonly string[];
}

const FORMS: Readonly<Record<MessageKind, Form>> = {
  frame: formOf(BeatFrameSchema, ["beat_index"]),
  claim: formOf(StatusClaimSchema, ["beat_index"]),
  report: formOf(BarReportSchema, ["from_beat", "to_beat"]),
};

/** Which message a `type` member names; undefined for any other value. */
export function messageKindOf(type: unknown): MessageKind | undefined {
  const kinds: readonly MessageKind[] = ["frame", "claim", "report"];
  return kinds.find((kind) => FORMS[kind].type === type);
}

/** A reader of messages. One per consumer: it keeps the counts of what it bent. */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const mode = options.mode ?? "lenient";
  const bodyBytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
  const bends = Object.fromEntries(BENDS.map((kind) => [kind, 0])) as BendCounts;
  const text = new TextDecoder("utf-8", { fatal: true });

  const fromValue = (form: Form, raw: unknown): unknown => {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw))
      return new Refusal("not-object", "", `is ${nameOf(raw)}, expected a JSON object`);
    const message: object = form.check.Check(raw) ? raw : bendAndCheck(form, raw, mode, bends);
    return message instanceof Refusal ? message : (indexRefusal(form, message) ?? message);
  };
  const fromBytes = (form: Form, body: Uint8Array): unknown => {
    if (body.length > bodyBytesMax)
      return new Refusal("too-large", "", `has ${body.length} bytes, the limit is ${bodyBytesMax}`);
    let raw: unknown;
    try {
      raw = JSON.parse(text.decode(body));
    } catch (cause) {
      return new Refusal("not-json", "", `is not JSON in UTF-8: ${String(cause)}`);
    }
    return fromValue(form, raw);
  };
  return {
    frame: (body) => fromBytes(FORMS.frame, body) as BeatFrame | Refusal,
    claim: (body) => fromBytes(FORMS.claim, body) as StatusClaim | Refusal,
    report: (body) => fromBytes(FORMS.report, body) as BarReport | Refusal,
    value: (kind, raw) => fromValue(FORMS[kind], raw) as Message | Refusal,
    bends,
  };
}

function formOf(
  schema: typeof BeatFrameSchema | typeof StatusClaimSchema | typeof BarReportSchema,
  indexes: readonly string[],
): Form {
  return {
    check: Compile(schema),
    type: schema.properties.type.const,
    known: Object.keys(schema.properties),
    indexes,
  };
}

function bendAndCheck(form: Form, raw: object, mode: ReadingMode, bends: BendCounts): object {
  const members = raw as Readonly<Record<string, unknown>>;
  if (members.type !== form.type)
    return new Refusal("wrong-message-type", "/type", `is ${nameOf(members.type)}, expected "${form.type}"`);
  if (mode === "strict") return refusalOf(form, raw);
  const bent = bend(members, form.known, bends);
  return form.check.Check(bent) ? bent : refusalOf(form, bent);
}

/** 2^53−1 is the last integer that a JavaScript number holds exactly: above it, beats would be confused. */
function indexRefusal(form: Form, message: object): Refusal | undefined {
  const members = message as Readonly<Record<string, unknown>>;
  for (const name of form.indexes) {
    if ((members[name] as number) > Number.MAX_SAFE_INTEGER)
      return new Refusal("beat-index-too-large", `/${name}`, "is above 2^53-1, the largest that we read");
  }
  return undefined;
}

const REASON_OF_KEYWORD: Readonly<Record<string, RefusalReason>> = {
  required: "missing-member",
  additionalProperties: "unknown-member",
  boolean: "unknown-member",
  type: "wrong-member-type",
};

function refusalOf(form: Form, value: object): Refusal {
  const [error] = form.check.Errors(value);
  if (error === undefined) return new Refusal("out-of-limits", "", "does not fit the schema");
  const missing = error.keyword === "required" ? error.params.requiredProperties[0] : undefined;
  const member = missing === undefined ? error.instancePath : `${error.instancePath}/${missing}`;
  const text = missing === undefined ? error.message : "is missing";
  return new Refusal(REASON_OF_KEYWORD[error.keyword] ?? "out-of-limits", member, text);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value === undefined) return "missing";
  return typeof value === "object" ? "an object" : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
