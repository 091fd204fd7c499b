/**
 * What one setting is: a row of the one table that flags, environment, config file, help and the operator's
 * documentation are all made from (settings.ts).
 */
import type { Kind } from "./kinds.ts";

/** The commands of the `backbeat` binary, in the order of its help. */
export const COMMAND_NAMES = [
  "up",
  "reverb",
  "pulse",
  "tempo",
  "claim",
  "exec",
  "watch",
  "reports",
  "replay",
  "verify",
  "journal",
  "doctor",
  "nats-config",
  "validate",
  "keys",
  "sim",
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/** Headings under which settings stand in help and documentation, in this order. */
export const SETTING_GROUPS = [
  "Claim",
  "Command",
  "Fleet",
  "Rhythm",
  "NATS",
  "HTTP",
  "Reverb",
  "Journal",
  "Limits",
  "Subjects",
  "Process",
] as const;

export type SettingGroup = (typeof SETTING_GROUPS)[number];

interface RowBase<T, Users extends readonly CommandName[]> {
  /** Without dashes; also the key in the config file. */
  readonly flag: string;
  readonly group: SettingGroup;
  readonly kind: Kind<T>;
  readonly unit?: string;
  /** One line, what it means; the default is added by itself. */
  readonly doc: string;
  /** Which commands take it. */
  readonly commands: Users;
  /** Another flag of the same meaning in one command: `--http` of `pulse` is its own address. */
  readonly alias?: { readonly command: CommandName; readonly flag: string };
  /** `value`: never shown. `address`: shown without what stands before an @. */
  readonly secret?: "value" | "address";
}

/** A row of the table. `T` is its value; `Users` are the commands that take it. */
export interface Setting<T, Users extends CommandName = CommandName> extends RowBase<T, readonly Users[]> {
  /** Undefined where none is given: then the command decides, and `defaultText` says how. */
  readonly default: T | undefined;
  readonly defaultText?: string;
  /** Other defaults for some commands. */
  readonly defaultIn?: Readonly<Partial<Record<CommandName, T>>>;
  /** There is no default: leaving it out is a mistake. */
  readonly required: boolean;
}

type Row<T, Users extends readonly CommandName[]> = RowBase<T, Users>;

/** A setting with a default. */
export function setting<const T, const Users extends readonly CommandName[]>(
  row: Row<T, Users> & {
    readonly default: NoInfer<T>;
    readonly defaultIn?: Partial<Record<CommandName, NoInfer<T>>>;
  },
): Setting<T, Users[number]> {
  return { ...row, required: false };
}

/** A setting that must be given. */
export function required<T, const Users extends readonly CommandName[]>(
  row: Row<T, Users>,
): Setting<T, Users[number]> {
  return { ...row, default: undefined, required: true };
}

/** A setting that may be left out; `defaultText` says what happens then. */
export function optional<T, const Users extends readonly CommandName[]>(
  row: Row<T, Users> & { readonly defaultText?: string },
): Setting<T | undefined, Users[number]> {
  return { ...row, kind: row.kind as Kind<T | undefined>, default: undefined, required: false };
}

/** The environment variable of a setting: `BACKBEAT_BAR_LENGTH` for `bar-length`. */
export function envOf(flag: string): string {
  return `BACKBEAT_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The default of a setting in one command. */
export function defaultOf<T>(row: Setting<T>, command: CommandName): T | undefined {
  return row.defaultIn?.[command] ?? row.default;
}
