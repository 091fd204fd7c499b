/**
 * The config file: one JSON object whose keys are flags (`{"bar-length": 120, "strict": true}`).
 *
 * One file may serve several commands, so a key that belongs to another command is fine; a key that belongs to
 * none is a mistake. Values become texts, and the same readers check them as flags and variables.
 */
import { readFileSync } from "node:fs";
import { messageOf } from "../../errors.ts";
import { IS_UTF16, isUtf16, textOf } from "../../text-file.ts";
import type { Mistake } from "./arguments.ts";
import { nearestOf } from "./nearest.ts";
import { retiredFlag } from "./retired.ts";

/** A settings file is a page; this is a book, and most likely the wrong file. */
const FILE_BYTES_MAX = 1024 * 1024;

export interface ConfigFile {
  /** By flag, without dashes. */
  readonly values: ReadonlyMap<string, string>;
  readonly mistakes: readonly Mistake[];
}

/** Reads a config file; what is wrong with it is an answer, not an exception. */
export function readConfigFile(path: string, knownFlags: ReadonlySet<string>): ConfigFile {
  const object = parse(path);
  if (typeof object === "string") return { values: new Map(), mistakes: [{ where: path, what: object }] };
  const values = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const [key, value] of Object.entries(object)) {
    const where = `${JSON.stringify(key)} in ${path}`;
    if (!knownFlags.has(key)) mistakes.push({ where, what: unknownKey(key, knownFlags) });
    else if (typeof value === "string") values.set(key, value);
    else if (typeof value === "number" || typeof value === "boolean") values.set(key, String(value));
    else mistakes.push({ where, what: "is neither text, number, true nor false" });
  }
  return { values, mistakes };
}

function parse(path: string): object | string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) return `has ${bytes.length} bytes, expected at most ${FILE_BYTES_MAX}`;
    if (isUtf16(bytes)) return IS_UTF16;
    const value: unknown = JSON.parse(textOf(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    return 'holds no JSON object, expected one such as {"bar-length": 120}';
  } catch (thrown) {
    // JSON.parse quotes the text around its fault, and that text may be a secret.
    if (thrown instanceof SyntaxError) return `is not JSON${placeOf(thrown)}`;
    return `cannot be read (${messageOf(thrown)})`;
  }
}

function placeOf(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? "" : ` at character ${position}`;
}

function unknownKey(key: string, knownFlags: ReadonlySet<string>): string {
  const retired = retiredFlag(key, knownFlags);
  if (retired !== undefined) return retired;
  const nearest = nearestOf(key, knownFlags);
  return nearest === undefined ? "is no setting" : `is no setting; did you mean ${JSON.stringify(nearest)}?`;
}
