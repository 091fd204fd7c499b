/** Members, parameters and answers that several paths share, and how our values become theirs. */
import Type from "typebox";
import { BarReportSchema } from "../contracts/schema/bar-report.ts";
import { AgentId, WindowId } from "../contracts/schema/fields.ts";
import { BadRequest, Failure } from "./failures.ts";

/** Most items on one page: 1,000 agents are some 400 kB, written in a few ms, which holds up no intake. */
const PAGE_ITEMS_MAX = 1_000;

/** Items on a page where the request names no limit. */
export const PAGE_ITEMS_DEFAULT = 100;

/** RFC 3339 in UTC with milliseconds. */
export function timestampField(description: string) {
  return Type.String({ description, format: "date-time" });
}

/** A time in ms since the Unix epoch as RFC 3339. */
export function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A member that is always there; `null` where there is nothing to say. */
export function nullable<Schema extends Type.TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Counts by name; names that did not occur may be left out. */
export function counts(description: string) {
  return Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description });
}

/** An object that is a component of the OpenAPI document under its name. */
export function component<Members extends Type.TProperties>(
  name: string,
  description: string,
  members: Members,
) {
  return Type.Object(members, { $id: name, description });
}

/** A BarReport as on the wire, as a component of the document. */
export const ReportBody = { ...BarReportSchema, $id: "BarReport" };

export interface LimitOptions {
  readonly description: string;
  readonly default?: number;
  readonly maximum?: number;
}

/** The parameter `limit` of a list. */
export function limitParameter({ maximum = PAGE_ITEMS_MAX, ...options }: LimitOptions) {
  return integerParameter({ minimum: 1, maximum, ...options });
}

/** A whole number as a parameter. */
export function integerParameter(
  options: LimitOptions & { readonly minimum: number; readonly maximum: number },
) {
  return Type.Integer({ title: `an integer from ${options.minimum} to ${options.maximum}`, ...options });
}

/** A window id as path value or parameter, in either case. */
export function windowIdParameter(description: string) {
  return Type.String({ ...WindowId, title: "32 hexadecimal digits", description });
}

/** An agent id, or its beginning, as path value or parameter. */
export function agentIdParameter(description: string) {
  return Type.String({ ...AgentId, title: "1 to 128 letters, digits or _ : -", description });
}

/** One of some words as a parameter. */
export function wordParameter<Word extends string>(words: readonly Word[], description: string) {
  return Type.Enum([...words], { title: `one of ${words.join(", ")}`, description });
}

/** For paths under /api/v1 that take no parameters: anything given is a mistake. */
export const NoQuery = Type.Object({});

/** What any path may answer besides its own: 405, 500 and what HTTP itself has. */
export const FAILURES = { default: Failure } as const;

/** The same for paths that take values: 400 for wrong ones. */
export const INPUT_FAILURES = { 400: BadRequest, ...FAILURES } as const;
