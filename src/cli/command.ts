/**
 * What a command is: a light entry in the command table, and a module that is loaded only when it runs.
 *
 * So `--help` and a mistake in the settings are answered without loading a single package, and no command pays
 * for what another needs.
 */
import type { Readable, Writable } from "node:stream";
import type { OperandRule } from "../runtime/config.ts";
import type { CommandName } from "../runtime/settings/setting.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";

/** A command line that can be typed as it stands, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** An entry of the command table. Its options are the rows of the settings table that name it. */
export interface CommandEntry<Name extends CommandName> {
  readonly name: Name;
  /** One line for the list of commands. */
  readonly summary: string;
  /** A few lines for its own help: what it does, what it needs, how it ends. */
  readonly about: string;
  /** What it takes beside options; default: nothing. */
  readonly operands?: OperandRule;
  readonly examples: readonly Example[];
  load(): Promise<CommandModule<Name>>;
}

/** What `src/cli/<command>.ts` exports. */
export interface CommandModule<Name extends CommandName> {
  readonly run: Run<Name>;
}

/**
 * Runs a command to its end and answers the exit code: 0 as wanted, 1 failed, 2 wrongly called. What it throws
 * is told in one line; a BackbeatError `bad-config` ends with 2, any other with 1.
 */
export type Run<Name extends CommandName> = (
  settings: SettingsOf<Name>,
  context: CommandContext,
) => Promise<number>;

export interface CommandContext {
  readonly operands: readonly string[];
  readonly version: string;
  /** Path of the program itself, to start it again as another command. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Data goes to stdout, everything said about it to stderr. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether colours are wanted there: a terminal, and no NO_COLOR. */
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean };
  /** Settings that differ from their defaults, without secrets: for the first line of a log. */
  readonly given: Readonly<Record<string, string>>;
  /** Slips that may be none, for the log. */
  readonly warnings: readonly string[];
}
