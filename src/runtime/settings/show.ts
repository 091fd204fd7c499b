/** Settings for people: the option list of `--help`, the table of docs/operations.md, the line at a start. */

import type { SettingSource } from "../config.ts";
import { withoutUserInfo } from "../redact.ts";
import { COMMAND_NAMES, type CommandName, defaultOf, envOf, SETTING_GROUPS } from "./setting.ts";
import { ALL_SETTINGS, type AnySetting, flagsOf, type SettingName, settingsOf } from "./table.ts";
import { wrap } from "./wrap.ts";

export interface HelpLayout {
  /** Columns of the terminal. */
  readonly width: number;
  /** Marks a heading; default: as it is. */
  readonly heading?: (text: string) => string;
}

/** Where the meaning of an option begins; a longer option takes a line of its own. */
const MEANING_COLUMN = 32;
/** On a narrower terminal the lines are broken by it. */
const MEANING_WIDTH_MIN = 30;

/** The option list of a command, by groups. */
export function settingsHelp(command: CommandName, layout: HelpLayout): string {
  const lines: string[] = [];
  const rows = settingsOf(command).map(([, row]) => row);
  const heading = layout.heading ?? ((text) => text);
  for (const group of SETTING_GROUPS) {
    const members = rows.filter((row) => row.group === group);
    if (members.length === 0) continue;
    lines.push(heading(`${group}:`));
    for (const row of members) lines.push(...optionLines(row, command, layout.width));
    lines.push("");
  }
  return lines.join("\n");
}

function optionLines(row: AnySetting, command: CommandName, width: number): readonly string[] {
  const flags = flagsOf(row, command).map((flag) => `--${flag}`);
  const option = `  ${flags.join(", ")} ${row.kind.placeholder}`.trimEnd();
  const meaningWidth = Math.max(width - MEANING_COLUMN, MEANING_WIDTH_MIN);
  const meaning = wrap(`${row.doc} (${noteOf(row, command)})`, meaningWidth);
  const [first = "", ...rest] = meaning;
  const indented = rest.map((line) => " ".repeat(MEANING_COLUMN) + line);
  if (option.length < MEANING_COLUMN - 1) return [option.padEnd(MEANING_COLUMN) + first, ...indented];
  return [option, " ".repeat(MEANING_COLUMN) + first, ...indented];
}

function noteOf(row: AnySetting, command: CommandName): string {
  if (row.required) return "needed";
  const value = defaultOf(row, command);
  if (value === undefined) return `default: ${row.defaultText ?? "none"}`;
  return `default: ${formatValue(row, value)}${row.unit === undefined ? "" : ` ${row.unit}`}`;
}

function formatValue(row: AnySetting, value: unknown): string {
  return row.kind.format?.(value) ?? String(value);
}

/** The settings of all commands as Markdown tables, one per group. */
export function settingsTableMarkdown(): string {
  const parts: string[] = [];
  for (const group of SETTING_GROUPS) {
    const rows = ALL_SETTINGS.filter(([, row]) => row.group === group);
    parts.push(
      `### ${group}`,
      "",
      "| Flag | Environment | Value | Default | Commands | Meaning |",
      "|---|---|---|---|---|---|",
      ...rows.map(([, row]) => markdownRow(row)),
      "",
    );
  }
  return parts.join("\n").trimEnd();
}

function markdownRow(row: AnySetting): string {
  const alias = row.alias === undefined ? "" : `, of \`${row.alias.command}\` also \`--${row.alias.flag}\``;
  const cells = [
    `\`--${row.flag}\`${alias}`,
    `\`${envOf(row.flag)}\``,
    row.kind.expected + (row.unit === undefined ? "" : ` (${row.unit})`),
    markdownDefault(row),
    COMMAND_NAMES.filter((command) => row.commands.includes(command)).join(", "),
    row.doc + (row.secret === "value" ? ". Secret" : ""),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function markdownDefault(row: AnySetting): string {
  if (row.required) return "needed";
  const base =
    row.default === undefined ? (row.defaultText ?? "none") : `\`${formatValue(row, row.default)}\``;
  const others = Object.entries(row.defaultIn ?? {}).map(
    ([command, value]) => `\`${formatValue(row, value)}\` in ${command}`,
  );
  return [base, ...others].join(", ");
}

/** What differs from the defaults, for the line at a start: values without secrets, and where they came from. */
export function settingsGiven(
  settings: Readonly<Partial<Record<SettingName, unknown>>>,
  sources: Readonly<Partial<Record<SettingName, SettingSource>>>,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [name, row] of ALL_SETTINGS) {
    const source = sources[name];
    if (source === undefined || source === "default") continue;
    const shown = row.secret === "value" ? "***" : withoutUserInfo(formatValue(row, settings[name]));
    given[row.flag] = `${shown} (${source})`;
  }
  return given;
}
