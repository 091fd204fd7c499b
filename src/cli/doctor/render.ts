/** What an examination found, as lines for people or for programs. Pure. */
import { FINDING_LEVELS, type Finding, type FindingLevel } from "../../nats/doctor/finding.ts";
import { wrap } from "../../runtime/settings/wrap.ts";
import type { Paint } from "../paint.ts";
import { countOf, plain } from "../plain.ts";

const LEVEL_COLUMNS = 9;
const CHECK_COLUMNS = 16;
const INDENT = " ".repeat(LEVEL_COLUMNS + CHECK_COLUMNS);
/** A terminal may be wider, reading is not. */
const TEXT_COLUMNS = 100 - INDENT.length;

/** One finding, without ends of line. */
export function findingLines(finding: Finding, paint: Paint): readonly string[] {
  const { check, fix, found, level, means } = finding;
  const [first = "", ...rest] = textLines(found);
  return [
    `${painterOf(level, paint)(level.padEnd(LEVEL_COLUMNS))}${check.padEnd(CHECK_COLUMNS)}${first}`,
    ...rest.map((line) => INDENT + line),
    ...(means === undefined ? [] : textLines(means).map((line) => INDENT + paint.faint(line))),
    ...(fix === undefined ? [] : textLines(`-> ${fix}`).map((line) => INDENT + line)),
  ];
}

/** The last line: how many of each. */
export function sumLine(findings: readonly Finding[]): string {
  const { note, ok, problem, warning } = sumOf(findings);
  const parts = [countOf(problem, "problem"), countOf(warning, "warning"), countOf(note, "note"), `${ok} ok`];
  return `${parts.join(", ")}.`;
}

/** The same for programs: a line for each finding, then the sum. */
export function jsonLines(findings: readonly Finding[]): readonly string[] {
  return [...findings.map((finding) => JSON.stringify(finding)), JSON.stringify({ sum: sumOf(findings) })];
}

function sumOf(findings: readonly Finding[]): Readonly<Record<FindingLevel, number>> {
  const count = (level: FindingLevel) => findings.filter((finding) => finding.level === level).length;
  return Object.fromEntries(FINDING_LEVELS.map((level) => [level, count(level)])) as Record<
    FindingLevel,
    number
  >;
}

/** Names in it were given by others. */
function textLines(text: string): readonly string[] {
  return wrap(plain(text, text.length), TEXT_COLUMNS);
}

function painterOf(level: FindingLevel, paint: Paint): (text: string) => string {
  if (level === "problem") return paint.bad;
  if (level === "warning") return paint.warn;
  return level === "ok" ? paint.good : paint.faint;
}
