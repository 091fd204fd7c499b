/**
 * From flags, environment and config file to checked settings: flag > environment > file > default.
 *
 * Every mistake is told in one message, none repeats a secret. What only a running system can judge (is the
 * server there, is grace less than half a beat) is not decided here. The table stands in settings/table.ts.
 */
import { BackbeatError } from "../errors.ts";
import { withoutUserInfo } from "./redact.ts";
import { type Mistake, parseArguments } from "./settings/arguments.ts";
import { readConfigFile } from "./settings/config-file.ts";
import { nearestOf } from "./settings/nearest.ts";
import { retiredVariables } from "./settings/retired.ts";
import { type CommandName, defaultOf, envOf } from "./settings/setting.ts";
import {
  ALL_SETTINGS,
  type AnySetting,
  flagsOf,
  type SettingName,
  type SettingsOf,
  settingsOf,
} from "./settings/table.ts";

/** Where a value came from. */
export type SettingSource = "flag" | "environment" | "file" | "default";

/** What a command takes beside its settings. */
export interface OperandRule {
  /** As in the usage line: `<file>...`. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Everything from the first operand on belongs to another program. */
  readonly passThrough?: boolean;
  /** The first operand is the value of this setting, in place of its flag. */
  readonly setting?: SettingName;
}

export interface ConfigInput<Command extends CommandName> {
  readonly command: Command;
  /** Without program and command. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly operands?: OperandRule;
  /** Checks that runtime/ cannot make itself: the faults of a value, none when it is good. */
  readonly checks?: Readonly<Partial<Record<SettingName, (value: string) => readonly string[]>>>;
}

export interface Config<Command extends CommandName> {
  readonly settings: SettingsOf<Command>;
  readonly sources: Readonly<Partial<Record<SettingName, SettingSource>>>;
  readonly operands: readonly string[];
  /** What looks like a slip but may be none. */
  readonly warnings: readonly string[];
  readonly help: boolean;
}

interface Given {
  readonly text: string;
  readonly source: SettingSource;
  /** Where it was written, for mistakes; without its value. */
  readonly where: string;
}

/**
 * The settings of a command.
 * @throws BackbeatError `bad-config` with every mistake in `data.mistakes`; not when help was asked for
 */
export function readConfig<Command extends CommandName>(input: ConfigInput<Command>): Config<Command> {
  const rows = settingsOf(input.command);
  const parsed = parseArguments(input.argv, {
    flags: new Map(
      rows.flatMap(([, row]) =>
        flagsOf(row, input.command).map((flag) => [flag, row.kind.isSwitch === true]),
      ),
    ),
    operands: input.operands !== undefined,
    ...(input.operands?.passThrough ? { passThrough: true } : {}),
  });
  const mistakes: Mistake[] = [...parsed.mistakes, ...operandMistakes(parsed.operands, input.operands)];
  const file = fileOf(parsed.flags.get("config") ?? inEnvironment(input.env, "config"), mistakes);
  const settings: Partial<Record<SettingName, unknown>> = {};
  const sources: Partial<Record<SettingName, SettingSource>> = {};
  for (const [name, row] of rows) {
    const operand = input.operands?.setting === name ? parsed.operands[0] : undefined;
    if (operand !== undefined && parsed.flags.has(row.flag))
      mistakes.push({ where: `${input.operands?.name} and --${row.flag}`, what: "cannot both be given" });
    const given =
      operand === undefined
        ? find(row, { ...input, flags: parsed.flags, file })
        : ({ text: operand, source: "flag", where: input.operands?.name ?? "" } as const);
    sources[name] = given?.source ?? "default";
    if (given !== undefined)
      settings[name] = readValue(row, given, { mistakes, check: input.checks?.[name] });
    else if (row.required) {
      const where = input.operands?.setting === name ? input.operands.name : `--${row.flag}`;
      mistakes.push({ where, what: `is needed: ${row.doc}` });
    } else settings[name] = defaultOf(row, input.command);
  }
  mistakes.push(...pairMistakes(settings));
  mistakes.push(...retiredVariables(input.env, new Set(rows.map(([, row]) => row.flag))));
  if (mistakes.length > 0 && !parsed.help) throw failure(input.command, mistakes);
  return {
    settings: settings as SettingsOf<Command>,
    sources,
    operands: parsed.operands,
    warnings: suspectVariables(input.env),
    help: parsed.help,
  };
}

function fileOf(path: string | undefined, mistakes: Mistake[]): ReadonlyMap<string, string> {
  if (path === undefined) return new Map();
  const known = new Set(ALL_SETTINGS.map(([, row]) => row.flag).filter((flag) => flag !== "config"));
  const file = readConfigFile(path, known);
  mistakes.push(...file.mistakes);
  return file.values;
}

function find(
  row: AnySetting,
  places: {
    readonly command: CommandName;
    readonly flags: ReadonlyMap<string, string>;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly file: ReadonlyMap<string, string>;
  },
): Given | undefined {
  for (const flag of flagsOf(row, places.command)) {
    const text = places.flags.get(flag);
    if (text !== undefined) return { text, source: "flag", where: `--${flag}` };
  }
  const variable = envOf(row.flag);
  const inEnv = inEnvironment(places.env, row.flag);
  if (inEnv !== undefined) return { text: inEnv, source: "environment", where: variable };
  const inFile = places.file.get(row.flag);
  return inFile === undefined
    ? undefined
    : { text: inFile, source: "file", where: `${JSON.stringify(row.flag)} in the config file` };
}

/**
 * `BACKBEAT_X=` means not given: compose files and unit files write it so. In an env file with CRLF each value ends with
 * a CR that nobody sees and no value has.
 */
function inEnvironment(env: Readonly<Record<string, string | undefined>>, flag: string): string | undefined {
  const text = env[envOf(flag)]?.replace(/\r$/, "");
  return text === "" ? undefined : text;
}

function readValue(
  row: AnySetting,
  given: Given,
  judge: { readonly mistakes: Mistake[]; readonly check: ((value: string) => readonly string[]) | undefined },
): unknown {
  const value = row.kind.parse(given.text);
  const unit = row.unit === undefined || row.unit.includes(" ") ? "" : ` ${row.unit}`;
  if (value === undefined) {
    const shown = row.secret === "value" ? "a value that is not shown" : shorten(withoutUserInfo(given.text));
    judge.mistakes.push({ where: given.where, what: `is ${shown}, expected ${row.kind.expected}${unit}` });
  } else {
    for (const what of judge.check?.(given.text) ?? []) judge.mistakes.push({ where: given.where, what });
  }
  return value;
}

/** A value in a message: quoted, and no longer than a line. */
function shorten(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function operandMistakes(operands: readonly string[], rule: OperandRule | undefined): readonly Mistake[] {
  if (rule === undefined) return [];
  if (operands.length < rule.min) return [{ where: rule.name, what: "is needed" }];
  return operands.slice(rule.max).map((operand) => ({ where: operand, what: "is one too many" }));
}

/** What two settings say together. */
function pairMistakes(settings: Partial<Record<SettingName, unknown>>): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const { natsTlsCertFile, natsTlsKeyFile, natsCredsFile, natsNkeyFile } = settings;
  if (settings.requireSignatures === true && settings.keysFile === undefined)
    mistakes.push({
      where: "--require-signatures",
      what: "needs --keys: without keys every claim would be refused",
    });
  if ((natsTlsCertFile === undefined) !== (natsTlsKeyFile === undefined))
    mistakes.push({
      where: "--nats-tls-cert and --nats-tls-key",
      what: "belong together, but one is missing",
    });
  if (natsCredsFile !== undefined && natsNkeyFile !== undefined)
    mistakes.push({ where: "--nats-creds and --nats-nkey", what: "cannot both be given" });
  if (settings.jsDomain !== undefined && settings.jsApiPrefix !== undefined)
    mistakes.push({
      where: "--js-domain and --js-api-prefix",
      what: "cannot both be given: a domain is the prefix $JS.{domain}.API",
    });
  return mistakes;
}

function failure(command: CommandName, mistakes: readonly Mistake[]): BackbeatError {
  const lines = mistakes.map(({ where, what }) => `${where} ${what}`);
  const count = lines.length === 1 ? "a mistake" : `${lines.length} mistakes`;
  const message = [
    `Cannot start backbeat ${command}: ${count} in what was given.`,
    ...lines.map((line) => `  ${line}`),
    `See backbeat ${command} --help.`,
  ].join("\n");
  return new BackbeatError("bad-config", message, { data: { command, mistakes: lines } });
}

/** Variables that look like a setting with a slip in it; others (Kubernetes sets some) are none of our business. */
function suspectVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const prefix = envOf("");
  const known = new Set(["ENV", ...ALL_SETTINGS.map(([, row]) => envOf(row.flag).slice(prefix.length))]);
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !known.has(name.slice(prefix.length)))
    .flatMap((name) => {
      const nearest = nearestOf(name.slice(prefix.length), known);
      return nearest === undefined ? [] : [`${name} is not read; did you mean ${prefix}${nearest}?`];
    });
}
