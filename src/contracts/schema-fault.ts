/**
 * Why a value does not fit a JSON Schema: the first fault, in words for people (OBS-003).
 *
 * In the order and the words of typebox's own errors, with which a test compares it; loading those would be most of
 * what a program loads. Knows the keywords that our schemas use, and refuses a schema with any other: nothing that
 * is demanded goes unchecked in silence.
 */
import { codePointCount, isDateTime, isMultipleOf } from "./generated/message-checks.ts";

/** What is wrong with a value, or with something in it. */
export interface SchemaFault {
  readonly keyword: string;
  /** JSON pointer to what is wrong; "" is the whole value. */
  readonly pointer: string;
  readonly observed: unknown;
  /** As in "must be integer". */
  readonly expected: string;
}

/** The first fault of a value; undefined where it fits. `pointer` is where it stands in a larger one. */
export type FaultFinder = (value: unknown, pointer?: string) => SchemaFault | undefined;

type Schema = Readonly<Record<string, unknown>>;

/** A rule of one keyword; `expected` is said of a value for which `fits` is false. */
interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: isText,
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === "boolean",
};

/** A rule for texts, or for numbers; other values are the type's business. */
const ofText = (fits: (value: string) => boolean) => (value: unknown) => !isText(value) || fits(value);
const ofNumber = (fits: (value: number) => boolean) => (value: unknown) =>
  !Number.isFinite(value) || fits(value as number);

/** Keywords that look at the value as a whole, in the order in which they are tried. */
const RULES: Readonly<Record<string, (argument: never) => Rule>> = {
  minLength: (least: number) => ({
    fits: ofText((text) => codePointCount(text) >= least),
    expected: `must not have fewer than ${least} characters`,
  }),
  maxLength: (most: number) => ({
    fits: ofText((text) => codePointCount(text) <= most),
    expected: `must not have more than ${most} characters`,
  }),
  format: (name: string) => {
    if (name !== "date-time") throw new Error(`no check knows the format "${name}"`);
    return { fits: ofText(isDateTime), expected: `must match format "${name}"` };
  },
  pattern: (source: string) => {
    const pattern = new RegExp(source, "u");
    return { fits: ofText((text) => pattern.test(text)), expected: `must match pattern "${source}"` };
  },
  minimum: (least: number) => ({
    fits: ofNumber((value) => value >= least),
    expected: `must be >= ${least}`,
  }),
  maximum: (most: number) => ({ fits: ofNumber((value) => value <= most), expected: `must be <= ${most}` }),
  multipleOf: (step: number) => ({
    fits: ofNumber((value) => isMultipleOf(value, step)),
    expected: `must be multiple of ${step}`,
  }),
  const: (only: unknown) => ({ fits: (value) => value === only, expected: "must be equal to constant" }),
  enum: (words: readonly unknown[]) => ({
    fits: (value) => words.includes(value),
    expected: `must be one of ${words.join(", ")}`,
  }),
};

/** What only tells people something, or is looked at below. */
const NOT_RULES = new Set(["type", "required", "properties", "items", "maxItems"]);
const FOR_PEOPLE = new Set(["$id", "title", "description", "default"]);

/** Reads a schema once, so that values are looked at quickly. @throws Error for a keyword that it does not know. */
export function faultFinderOf(schema: Schema): FaultFinder {
  for (const keyword of Object.keys(schema))
    if (!NOT_RULES.has(keyword) && !FOR_PEOPLE.has(keyword) && !Object.hasOwn(RULES, keyword))
      throw new Error(`no check knows the keyword "${keyword}" of a schema`);
  const { type } = schema as { readonly type?: string };
  const isType = type === undefined ? () => true : TYPES[type];
  if (isType === undefined) throw new Error(`no check knows the type "${type}" of a schema`);
  const membersFault = membersFinderOf(schema);
  const itemsFault = itemsFinderOf(schema);
  const rules = Object.entries(RULES)
    .filter(([keyword]) => Object.hasOwn(schema, keyword))
    .map(([keyword, ruleOf]) => ({ keyword, ...ruleOf(schema[keyword] as never) }));

  return (value, pointer = "") => {
    if (!isType(value)) return { keyword: "type", pointer, observed: value, expected: `must be ${type}` };
    const inside = membersFault(value, pointer) ?? itemsFault(value, pointer);
    if (inside !== undefined) return inside;
    for (const { keyword, fits, expected } of rules)
      if (!fits(value)) return { keyword, pointer, observed: value, expected };
    return undefined;
  };
}

function membersFinderOf(schema: Schema): FaultFinder {
  const { required = [], properties = {} } = schema as {
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
  };
  const finders = Object.entries(properties).map(([name, one]) => ({
    name,
    isOptional: !required.includes(name),
    find: faultFinderOf(one),
  }));
  return (value, pointer = "") => {
    if (!isObject(value)) return undefined;
    const missing = required.find((name) => !(name in value));
    if (missing !== undefined)
      return { keyword: "required", pointer: `${pointer}/${missing}`, observed: undefined, expected: "" };
    for (const { name, isOptional, find } of finders) {
      if (isOptional && value[name] === undefined) continue;
      const fault = find(value[name], `${pointer}/${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

function itemsFinderOf(schema: Schema): FaultFinder {
  const { items, maxItems } = schema as { readonly items?: Schema; readonly maxItems?: number };
  const find: FaultFinder = items === undefined ? () => undefined : faultFinderOf(items);
  return (value, pointer = "") => {
    if (!Array.isArray(value)) return undefined;
    for (let at = 0; at < value.length; at += 1) {
      const fault = find(value[at], `${pointer}/${at}`);
      if (fault !== undefined) return fault;
    }
    return maxItems === undefined || value.length <= maxItems
      ? undefined
      : {
          keyword: "maxItems",
          pointer,
          observed: value,
          expected: `must not have more than ${maxItems} items`,
        };
  };
}
