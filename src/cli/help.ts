/** Help that teaches: what there is, how it is typed, and lines that can be copied. */
import { type CommandName, envOf } from "../runtime/settings/setting.ts";
import { settingsHelp } from "../runtime/settings/show.ts";
import { wrap } from "../runtime/settings/wrap.ts";
import type { CommandEntry, Example } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import type { Paint } from "./paint.ts";

export interface HelpOptions {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  readonly version: string;
}

const NAME_COLUMN = 12;

const FIRST_STEPS: readonly Example[] = [
  { line: "backbeat up", does: "see it work: NATS, pulse, reverb and agents on this machine" },
  { line: "backbeat claim --agent me:1 --state executing", does: "in a second terminal: say what you do" },
  { line: "backbeat watch", does: "beats and reports as they come" },
];

/** `backbeat --help` */
export function programHelp({ paint, version, width }: HelpOptions): string {
  const commands = COMMANDS.flatMap(({ name, summary }) =>
    hanging(`  ${paint.strong(name.padEnd(NAME_COLUMN))}`, summary, { column: NAME_COLUMN + 2, width }),
  );
  return [
    `${paint.strong("BACKBEAT")} ${version}: a shared rhythm and one honest report per bar for fleets of agents`,
    "",
    `${paint.strong("Usage:")} backbeat <command> [options]`,
    "",
    paint.strong("Commands:"),
    ...commands,
    "",
    paint.strong("First steps:"),
    ...exampleLines(FIRST_STEPS, paint),
    "",
    "backbeat <command> --help tells a command's options and shows examples.",
    "",
  ].join("\n");
}

/** `backbeat <command> --help` */
export function commandHelp(entry: CommandEntry<CommandName>, { paint, width }: HelpOptions): string {
  const operands = entry.operands === undefined ? "" : ` ${operandUsage(entry.operands)}`;
  return [
    `${paint.strong(`backbeat ${entry.name}`)}: ${entry.summary}`,
    "",
    `${paint.strong("Usage:")} backbeat ${entry.name} [options]${operands}`,
    "",
    ...wrap(entry.about, width),
    "",
    paint.strong("Examples:"),
    ...exampleLines(entry.examples, paint),
    "",
    settingsHelp(entry.name, { width, heading: paint.strong }),
    ...wrap(
      `Each option is also a variable (--log-level: ${envOf("log-level")}) and a key of the config file; a flag wins over the environment, that over the file.`,
      width,
    ),
    "",
  ].join("\n");
}

function operandUsage(rule: {
  readonly name: string;
  readonly max: number;
  readonly passThrough?: boolean;
}): string {
  const many = rule.max === Number.POSITIVE_INFINITY ? "..." : "";
  return rule.passThrough === true ? `[--] ${rule.name} [arguments]` : `${rule.name}${many}`;
}

function exampleLines(examples: readonly Example[], paint: Paint): readonly string[] {
  return examples.flatMap(({ line, does }) => [`  ${line}`, `      ${paint.faint(does)}`]);
}

function hanging(
  head: string,
  text: string,
  place: { readonly column: number; readonly width: number },
): readonly string[] {
  const [first = "", ...rest] = wrap(text, place.width - place.column);
  return [head + first, ...rest.map((line) => " ".repeat(place.column) + line)];
}
