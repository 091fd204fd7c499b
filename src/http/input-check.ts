/**
 * Path values, query parameters and bodies against the route's schema: all mistakes at once, nothing unknown let pass.
 *
 * In place of Fastify's own check, which stops at the path, reads `1e2` as a number and drops what it does not
 * know: a mistyped `limt=5` must not silently return everything. A route without a query schema (the probes
 * that others have written clients for) ignores what stands behind the question mark.
 */
import { faultFinderOf } from "../contracts/schema-fault.ts";
import { badRequest, type Mistake } from "./failures.ts";
import type { HttpApp } from "./http-app.ts";

/** A value in a path or query. `title` says what is expected, as in "expected an integer from 1 to 1000". */
interface ParameterSchema extends Readonly<Record<string, unknown>> {
  readonly title: string;
  readonly type?: string;
}

type Values = Record<string, unknown>;

/** Puts the read values in place and returns what is wrong with them. */
type Check = (values: Values) => readonly Mistake[];

/** Mistakes listed in one answer; a request of 16 KiB could hold thousands. */
const MISTAKES_LISTED_MAX = 20;

/** Characters of an unknown parameter's name that are repeated. */
const NAME_CHARS_MAX = 40;

/** More digits than any limit has; keeps `Number` exact. */
const DIGITS = /^\d{1,9}$/;

/** Installs the check. Must be called before the first route is added. */
export function addInputCheck(app: HttpApp): void {
  app.addHook("onRoute", (route) => {
    if (route.schema?.headers !== undefined)
      throw new Error(`${route.url}: a schema of headers would not be checked; do it here first`);
    const body = bodyCheckOf(route.schema?.body, route.url);
    const path = checkOf(route.schema?.params);
    const query = checkOf(route.schema?.querystring);
    if (path === undefined && query === undefined && body === undefined) return;
    route.preValidation = async (request, reply) => {
      const mistakes = [
        ...(path?.(request.params as Values) ?? []),
        ...(query?.(request.query as Values) ?? []),
        ...(body?.(request.body) ?? []),
      ];
      if (mistakes.length > 0) return reply.code(400).send(badRequest(shortened(mistakes)));
    };
  });
}

function checkOf(schema: unknown): Check | undefined {
  if (schema === undefined) return undefined;
  const { properties } = schema as { readonly properties: Readonly<Record<string, ParameterSchema>> };
  const readers = new Map(Object.entries(properties).map(([name, one]) => [name, readerOf(one)]));
  const known = readers.size === 0 ? "none is known here" : `known are ${[...readers.keys()].join(", ")}`;

  return (values) => {
    const mistakes: Mistake[] = [];
    for (const [name, raw] of Object.entries(values)) {
      const read = readers.get(name);
      const value = read?.(raw);
      if (read === undefined)
        mistakes.push({ parameter: name.slice(0, NAME_CHARS_MAX), text: `is unknown, ${known}` });
      else if (value === undefined)
        mistakes.push({ parameter: name, text: `is wrong, expected ${properties[name]?.title}` });
      else values[name] = value;
    }
    return mistakes;
  };
}

/** A body is a JSON object with the members of its schema, and no others. */
function bodyCheckOf(schema: unknown, url: string): ((body: unknown) => readonly Mistake[]) | undefined {
  if (schema === undefined) return undefined;
  const { properties, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, ParameterSchema>>;
    readonly required?: readonly string[];
  };
  if (properties === undefined)
    throw new Error(`${url}: a body whose members are not declared would not be checked; declare them`);
  const checks = new Map(Object.entries(properties).map(([name, one]) => [name, faultFinderOf(one)]));
  const known = `known are ${[...checks.keys()].join(", ")}`;
  return (body) => {
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return [{ parameter: "body", text: "is wrong, expected a JSON object" }];
    const values = body as Values;
    const missing = required.filter((name) => values[name] === undefined);
    const mistakes: Mistake[] = missing.map((parameter) => ({
      parameter,
      text: `is needed, ${properties[parameter]?.title}`,
    }));
    for (const [name, value] of Object.entries(values)) {
      const faultOf = checks.get(name);
      if (faultOf === undefined)
        mistakes.push({ parameter: name.slice(0, NAME_CHARS_MAX), text: `is unknown, ${known}` });
      else if (faultOf(value) !== undefined)
        mistakes.push({ parameter: name, text: `is wrong, expected ${properties[name]?.title}` });
    }
    return mistakes;
  };
}

/** The value as the schema wants it; undefined if it does not fit, also where it was given twice. */
function readerOf(schema: ParameterSchema): (raw: unknown) => unknown {
  const faultOf = faultFinderOf(schema);
  return (raw) => {
    const value = schema.type === "integer" && DIGITS.test(String(raw)) ? Number(raw) : raw;
    return faultOf(value) === undefined ? value : undefined;
  };
}

function shortened(mistakes: Mistake[]): Mistake[] {
  const beyond = mistakes.length - MISTAKES_LISTED_MAX;
  if (beyond <= 0) return mistakes;
  const rest = { parameter: "…", text: `and ${beyond} more mistakes` };
  return [...mistakes.slice(0, MISTAKES_LISTED_MAX), rest];
}
