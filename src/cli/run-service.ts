/** A process that runs until it is told to stop: log first, then the parts, then the wait, then the exit code. */
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { SystemClock } from "../runtime/clock.ts";
import { Lifecycle } from "../runtime/lifecycle.ts";
import { createLog, type LogFormat, type LogLevel, logFormatOf } from "../runtime/log.ts";
import type { CommandContext } from "./command.ts";
import type { ServiceHost } from "./service-host.ts";

export interface LogSettings {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** The log of a command: on stderr, JSON where machines read. */
export function openLog(settings: LogSettings, context: CommandContext): Log {
  const format = logFormatOf(settings.logFormat, {
    production: context.env.BACKBEAT_ENV === "production",
    terminal: "isTTY" in context.stderr && context.stderr.isTTY === true,
  });
  return createLog({ level: settings.logLevel, format, colour: context.colour.stderr });
}

/**
 * Starts the parts and waits for the end. A part that cannot start ends what has started.
 * @returns the exit code: 0 after SIGINT or SIGTERM, 1 when a part failed
 */
export async function runService(
  settings: LogSettings,
  options: { readonly context: CommandContext; readonly start: (host: ServiceHost) => Promise<void> },
): Promise<number> {
  const { context, start } = options;
  const log = openLog(settings, context);
  for (const warning of context.warnings) log.warn(warning);
  const lifecycle = new Lifecycle({ log });
  const host = { log, lifecycle, clock: new SystemClock(), version: context.version };
  try {
    await start(host);
  } catch (error) {
    // What is thrown because we were told to stop meanwhile is no failure.
    if (lifecycle.signal.aborted) log.debug(`Start was given up: ${messageOf(error)}`);
    else lifecycle.fail(error);
  }
  return lifecycle.finished;
}
