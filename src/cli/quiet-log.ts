/** A log for commands that tell the outcome themselves: what the parts say on the way is worth a debug line. */
import type { Log } from "../ports.ts";

/** The same log with every line as a debug line. */
export function quietLog(log: Log): Log {
  const debug: Log["debug"] = (text, data) => log.debug(text, data);
  return { debug, info: debug, warn: debug, error: debug };
}
