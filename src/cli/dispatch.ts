/**
 * From a command line to an exit code: finds the command, checks its settings, loads it, runs it, and tells what
 * went wrong in plain words.
 *
 * Invariants: nothing is loaded before everything given was found good; a mistake of the caller ends with 2; no
 * stack is shown for an error that was raised on purpose.
 */
import { BackbeatError, EXIT_CODES, exitCodeFor, messageOf } from "../errors.ts";
import { readConfig } from "../runtime/config.ts";
import { withoutUserInfo } from "../runtime/redact.ts";
import { nearestOf } from "../runtime/settings/nearest.ts";
import { COMMAND_NAMES, type CommandName } from "../runtime/settings/setting.ts";
import { settingsGiven } from "../runtime/settings/show.ts";
import type { CommandContext, CommandEntry } from "./command.ts";
import { COMMANDS } from "./command-table.ts";
import { commandHelp, type HelpOptions, programHelp } from "./help.ts";
import { keyFileFaults } from "./keys/key-file.ts";
import { natsFaults } from "./nats-faults.ts";
import { paintFor } from "./paint.ts";

/** What the program is given by the world around it. */
export type World = Omit<CommandContext, "operands" | "given" | "warnings"> & {
  /** Columns of the terminal, where there is one. */
  readonly columns?: number | undefined;
};

const EXIT_OK = 0;

/** Wider lines are hard to read. */
const HELP_WIDTH_MAX = 110;
const HELP_WIDTH_DEFAULT = 100;

/** Runs one command line (without node and program). Never rejects. */
export async function dispatch(argv: readonly string[], world: World): Promise<number> {
  try {
    return await perform(argv, world);
  } catch (thrown) {
    world.stderr.write(`${describe(thrown)}\n`);
    return exitCodeFor(thrown);
  }
}

async function perform(argv: readonly string[], world: World): Promise<number> {
  const [word, ...rest] = argv;
  const name = /^--?(help|h)$/.test(word ?? "") ? "help" : word;
  if (/^--?(version|v|V)$/.test(name ?? "") || name === "version") return write(world, `${world.version}\n`);
  if (name === undefined) {
    world.stderr.write(programHelp(helpOptions(world, "stderr")));
    return EXIT_CODES.mistake;
  }
  if (name === "help" && rest[0] === undefined)
    return write(world, programHelp(helpOptions(world, "stdout")));
  const entry = entryOf(name === "help" ? rest[0] : name);
  if (name === "help") return write(world, commandHelp(entry, helpOptions(world, "stdout")));
  return runEntry(entry, rest, world);
}

async function runEntry(
  entry: CommandEntry<CommandName>,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const config = readConfig({
    command: entry.name,
    argv,
    env: world.env,
    checks: { natsServers: natsFaults, keysFile: keyFileFaults },
    ...(entry.operands === undefined ? {} : { operands: entry.operands }),
  });
  if (config.help) return write(world, commandHelp(entry, helpOptions(world, "stdout")));
  const { run } = await entry.load();
  return run(config.settings, {
    ...world,
    operands: config.operands,
    given: settingsGiven(config.settings, config.sources),
    warnings: config.warnings,
  });
}

function entryOf(name: string | undefined): CommandEntry<CommandName> {
  const entry = COMMANDS.find((known) => known.name === name);
  if (entry !== undefined) return entry;
  const nearest = nearestOf(name ?? "", COMMAND_NAMES);
  const hint =
    nearest === undefined ? `expected one of ${COMMAND_NAMES.join(", ")}` : `did you mean ${nearest}?`;
  const shown = JSON.stringify(withoutUserInfo(name ?? ""));
  throw new BackbeatError("bad-config", `Cannot run ${shown}: there is no such command; ${hint}`);
}

function write(world: World, text: string): number {
  world.stdout.write(text);
  return EXIT_OK;
}

function helpOptions(world: World, stream: "stdout" | "stderr"): HelpOptions {
  return {
    paint: paintFor(world.colour[stream]),
    width: Math.min(world.columns ?? HELP_WIDTH_DEFAULT, HELP_WIDTH_MAX),
    version: world.version,
  };
}

/** One line for what was raised on purpose; for a fault of ours the stack, so that it can be reported. */
function describe(thrown: unknown): string {
  const expected = thrown instanceof BackbeatError;
  const text = expected || !(thrown instanceof Error) ? messageOf(thrown) : (thrown.stack ?? thrown.message);
  return withoutUserInfo(expected ? text : `This is a fault of backbeat: ${text}`);
}
