/** A process that runs until it is told to stop: log first, then the parts, then the wait, then the exit code. */
import { messageOf } from "../errors.ts";
import { SystemClock } from "../runtime/clock.ts";
import { Lifecycle } from "../runtime/lifecycle.ts";
import type { CommandContext } from "./command.ts";
import { commandLog, type LogSettings } from "./command-log.ts";
import type { ServiceHost } from "./service-host.ts";

/**
 * Starts the parts and waits for the end. A part that cannot start ends what has started.
 * @returns the exit code: 0 after SIGINT or SIGTERM, 1 when a part failed
 */
export async function runService(
  settings: LogSettings,
  options: { readonly context: CommandContext; readonly start: (host: ServiceHost) => Promise<void> },
): Promise<number> {
  const { context, start } = options;
  const log = commandLog(settings, context);
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
