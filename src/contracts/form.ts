/**
 * What a message must fit: its schema, compiled when it was generated, and the few limits that a schema cannot say.
 *
 * One form per message, shared by reading and writing, so both know the same limits.
 */
import { checks, schemas } from "./generated/message-checks.ts";
import { observed, Refusal, type RefusalReason, shortened } from "./refusal.ts";
import { type FaultFinder, faultFinderOf, type SchemaFault } from "./schema-fault.ts";

type Members = Readonly<Record<string, unknown>>;

export interface Form {
  /** The `type` member of such a message. */
  readonly type: string;
  /** Its members, in the order of the canonical form. */
  readonly known: readonly string[];
  /** True if the value is such a message, strictly. The fast path: it says nothing about why not. */
  fits(value: object): boolean;
  /** The first thing that is wrong, undefined for a value that fits. */
  faultOf(value: object): Refusal | undefined;
}

/** Looks at a value that fits the schema. */
type Limit = (members: Members) => Refusal | undefined;

/** The three messages by their short names. */
export const FORMS = {
  frame: formOf("frame", [safeIndex("beat_index"), plainDateTime("deadline_at")]),
  claim: formOf("claim", [safeIndex("beat_index")]),
  report: formOf("report", [safeIndex("from_beat"), safeIndex("to_beat")]),
} as const satisfies Readonly<Record<string, Form>>;

/** The three messages by their short names. */
export type MessageKind = keyof typeof checks;

function formOf(kind: MessageKind, limits: readonly Limit[]): Form {
  const schema = schemas[kind];
  const check: (value: object) => boolean = checks[kind];
  const type: string = schema.properties.type.const;
  // Unknown members are found here: compiled, that rule costs more than all others of a claim together.
  const known = Object.keys(schema.properties);
  let finder: FaultFinder | undefined;
  const schemaFault = (value: object): SchemaFault | undefined => {
    // Most programs never meet a message that does not fit.
    finder ??= faultFinderOf(schema);
    return finder(value);
  };
  const beyondLimits = (members: Members): Refusal | undefined => {
    for (const limit of limits) {
      const refusal = limit(members);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  return {
    type,
    known,
    fits: (value) =>
      check(value) && unknownIn(value, known) === undefined && beyondLimits(value as Members) === undefined,
    faultOf: (value) => {
      const fault = schemaFault(value);
      if (fault !== undefined) return refusalOf(fault);
      const unknown = unknownIn(value, known);
      if (unknown !== undefined) return unknownMember(unknown, type);
      return beyondLimits(value as Members);
    },
  };
}

/** The first member that is not known. Writers that keep the schema's order, as ours do, are read in step with it. */
function unknownIn(value: object, known: readonly string[]): string | undefined {
  let at = 0;
  for (const name in value) {
    while (at < known.length && known[at] !== name) at += 1;
    if (at === known.length && !known.includes(name)) return name;
    at = at === known.length ? 0 : at + 1;
  }
  return undefined;
}

/** 2^53−1 is the last integer that a JavaScript number holds exactly: above it, beats would be confused. */
function safeIndex(name: string): Limit {
  return (members) =>
    (members[name] as number) <= Number.MAX_SAFE_INTEGER
      ? undefined
      : new Refusal("beat-index-too-large", `/${name}`, "is above 2^53-1, the largest index that we read");
}

/** The compiled check also takes a zone name in brackets after the time (RFC 9557); peers do not. */
function plainDateTime(name: string): Limit {
  return (members) =>
    (members[name] as string).includes("[")
      ? new Refusal(
          "out-of-limits",
          `/${name}`,
          `is ${observed(members[name])}, must be an RFC 3339 date-time without a zone name`,
        )
      : undefined;
}

const REASON_OF_KEYWORD: Readonly<Record<string, RefusalReason>> = {
  required: "missing-member",
  type: "wrong-member-type",
};

function refusalOf({ keyword, pointer, observed: value, expected }: SchemaFault): Refusal {
  const reason = REASON_OF_KEYWORD[keyword] ?? "out-of-limits";
  const text = keyword === "required" ? "is missing" : `is ${observed(value)}, ${expected}`;
  return new Refusal(reason, pointer, text);
}

function unknownMember(name: string, type: string): Refusal {
  const pointer = shortened(name).replaceAll("~", "~0").replaceAll("/", "~1");
  return new Refusal("unknown-member", `/${pointer}`, `is no member of ${type}`);
}
