/**
 * THE table of settings: flags, environment, config file, help and the operator's documentation are all made
 * from it. A command sees, by its type, only the settings that are its own.
 */
import { CLAIM_SETTINGS } from "./claim.ts";
import { JOURNAL_SETTINGS } from "./journal.ts";
import { KEYS_SETTINGS } from "./keys.ts";
import { NATS_SETTINGS } from "./nats.ts";
import { NATS_CONFIG_SETTINGS } from "./nats-config.ts";
import { REVERB_SETTINGS } from "./reverb.ts";
import { SERVICE_SETTINGS } from "./service.ts";
import type { CommandName, Setting } from "./setting.ts";
import { SIM_SETTINGS } from "./sim.ts";
import { TEMPO_SETTINGS } from "./tempo.ts";
import { WATCH_SETTINGS } from "./watch.ts";

export const SETTINGS = {
  ...CLAIM_SETTINGS,
  ...WATCH_SETTINGS,
  ...SIM_SETTINGS,
  ...TEMPO_SETTINGS,
  ...NATS_CONFIG_SETTINGS,
  ...SERVICE_SETTINGS,
  ...NATS_SETTINGS,
  ...REVERB_SETTINGS,
  ...JOURNAL_SETTINGS,
  ...KEYS_SETTINGS,
} as const;

type Table = typeof SETTINGS;

export type SettingName = keyof Table;

type ValueOf<Row> = Row extends Setting<infer T, infer _Users> ? T : never;
type UsersOf<Row> = Row extends Setting<infer _T, infer Users> ? Users : never;

/** The settings of one command, checked and with their defaults. */
export type SettingsOf<Command extends CommandName> = {
  readonly [Name in SettingName as Command extends UsersOf<Table[Name]> ? Name : never]: ValueOf<Table[Name]>;
};

/** A row whose value's type does not matter. */
export type AnySetting = Setting<unknown>;

/** All rows with their names, in the order of the table. */
export const ALL_SETTINGS: readonly (readonly [SettingName, AnySetting])[] = Object.entries(
  SETTINGS,
) as unknown as readonly (readonly [SettingName, AnySetting])[];

/** The rows of one command. */
export function settingsOf(command: CommandName): readonly (readonly [SettingName, AnySetting])[] {
  return ALL_SETTINGS.filter(([, row]) => row.commands.includes(command));
}

/** The flags by which a command takes a row: its own, and an alias where one is given. */
export function flagsOf(row: AnySetting, command: CommandName): readonly string[] {
  return row.alias?.command === command ? [row.alias.flag, row.flag] : [row.flag];
}
