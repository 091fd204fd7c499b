/**
 * What every service process has: a log, an orderly end, a data directory, a version.
 *
 * `host.onStop` registers how a part ends; parts end in the reverse order of their start.
 */
import type { BackbeatError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { SystemClock } from "../runtime/clock.ts";
import { nodeIdIn, openDataDir } from "../runtime/data-dir.ts";
import { lockDataDir } from "../runtime/data-lock.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";

export interface ServiceHost {
  readonly log: Log;
  readonly clock: SystemClock;
  readonly lifecycle: Lifecycle;
  readonly version: string;
}

/** The data directory, taken for one role until the process ends, and the node's id in it. */
export interface Home {
  readonly directory: string;
  readonly nodeId: string;
}

export interface HomeSettings {
  readonly dataDir: string;
  readonly nodeId?: string | undefined;
}

/**
 * Opens the data directory and locks it for a role such as `reverb`.
 * @throws BackbeatError `data-dir-unusable`, `data-dir-locked`
 */
export async function openHome(role: string, settings: HomeSettings, host: ServiceHost): Promise<Home> {
  const directory = openDataDir(settings.dataDir);
  const lock = await lockDataDir(directory, role, {
    onLost: (error: BackbeatError) => host.lifecycle.fail(error),
    say: (text) => host.log.info(text),
  });
  host.lifecycle.onStop("the lock", () => lock.release());
  return { directory, nodeId: settings.nodeId ?? nodeIdIn(directory) };
}
