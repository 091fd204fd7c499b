/**
 * A command line, taken apart: flags with their texts, operands, and every mistake at once.
 *
 * Takes what Go's flag package takes (`-cluster x`, `-cluster=x`) and what GNU programs take (`--cluster x`,
 * `--cluster=x`). A flag given twice: the last wins. It knows which flags exist, not what their values mean.
 */
import { nearestOf } from "./nearest.ts";
import { retiredFlag } from "./retired.ts";

/** A mistake of the operator: where it is, and what is wrong there. */
export interface Mistake {
  /** As the operator wrote it: `--bar-length 0`, `BACKBEAT_HTTP=x`, `"http" in backbeat.json`. Never a secret. */
  readonly where: string;
  readonly what: string;
}

export interface ArgumentRules {
  /** Flags without dashes; true for a switch, which needs no value. */
  readonly flags: ReadonlyMap<string, boolean>;
  /** Whether anything but flags may be given at all. */
  readonly operands: boolean;
  /** Everything from the first operand on belongs to another program. */
  readonly passThrough?: boolean;
}

export interface ParsedArguments {
  /** By flag, without dashes. */
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  readonly help: boolean;
  readonly mistakes: readonly Mistake[];
}

const HELP = new Set(["help", "h"]);

/** Takes `argv` (without program and command) apart. Never throws. */
export function parseArguments(argv: readonly string[], rules: ArgumentRules): ParsedArguments {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const mistakes: Mistake[] = [];
  let help = false;
  let at = 0;
  while (at < argv.length) {
    const word = argv[at++] ?? "";
    if (word === "--") {
      operands.push(...argv.slice(at));
      break;
    }
    const flag = /^--?([a-zA-Z][^=]*)(?:=([\s\S]*))?$/.exec(word);
    if (flag === null) {
      operands.push(word);
      if (!rules.passThrough) continue;
      operands.push(...argv.slice(at));
      break;
    }
    const [, name = "", inline] = flag;
    const isSwitch = rules.flags.get(name);
    if (isSwitch === undefined) {
      if (HELP.has(name)) help = true;
      else {
        mistakes.push(unknownFlag(name, rules));
        // Most likely its value: one slip should not be told as two mistakes.
        if (inline === undefined && !rules.operands && isValue(argv[at], rules)) at += 1;
      }
    } else if (inline !== undefined) flags.set(name, inline);
    else if (isSwitch) flags.set(name, "true");
    else if (isValue(argv[at], rules)) flags.set(name, argv[at++] ?? "");
    else mistakes.push({ where: `--${name}`, what: "needs a value" });
  }
  if (!rules.operands)
    for (const operand of operands) mistakes.push({ where: operand, what: "is not expected here" });
  return { flags, operands, help, mistakes };
}

/** Not another flag. A single dash, or a value that begins with one, can be given as `--flag=-x`. */
function isValue(word: string | undefined, rules: ArgumentRules): boolean {
  if (word === undefined) return false;
  if (word.startsWith("--")) return false;
  const name = /^-([^=]+)/.exec(word)?.[1];
  return name === undefined || !(rules.flags.has(name) || HELP.has(name));
}

function unknownFlag(name: string, rules: ArgumentRules): Mistake {
  const retired = retiredFlag(name, rules.flags);
  if (retired !== undefined) return { where: `--${name}`, what: retired };
  const nearest = nearestOf(name, rules.flags.keys());
  const hint = nearest === undefined ? "" : `; did you mean --${nearest}?`;
  return { where: `--${name}`, what: `is no option of this command${hint}` };
}
