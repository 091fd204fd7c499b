/** The log of a command, from its settings; its first lines are what was given and what looks like a slip. */
import type { Log, LogData } from "../ports.ts";
import { createLog, type LogFormat, type LogLevel, logFormatOf } from "../runtime/log.ts";
import type { CommandContext } from "./command.ts";

export interface LogSettings {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** A log on stderr. `base`: members of every line, such as the service. */
export function commandLog(settings: LogSettings, context: CommandContext, base: LogData = {}): Log {
  const terminal = (context.stderr as { readonly isTTY?: boolean }).isTTY === true;
  const production = context.env.BACKBEAT_ENV === "production";
  const log = createLog({
    level: settings.logLevel,
    format: logFormatOf(settings.logFormat, { production, terminal }),
    base,
    colour: context.colour.stderr,
  });
  for (const warning of context.warnings) log.warn(warning);
  log.debug("Settings that differ from their defaults", { given: context.given });
  return log;
}
