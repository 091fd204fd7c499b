/**
 * An embedded nats-server that a killed owner left behind: ended before the next one starts on the same store.
 *
 * Its guard tells the two cases apart: where the guard lives the owner lives, or died a moment ago and the guard
 * is at work; where the guard is gone too, nobody will end that server but us.
 */
import { BackbeatError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { isOurs, readServerRecord, removeServerRecord } from "./server-file.ts";
import { signalQuietly } from "./server-guard.ts";

/** A guard whose owner died ends its server within 3 s. */
const GUARD_AT_WORK_MS = 4_000;
/** As for a server that we stop ourselves. */
const KILL_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 20;

/**
 * Returns when nothing runs on this data directory any more.
 * @throws BackbeatError `data-dir-locked` when a living process has its server here
 */
export async function clearLeftServer(dataDir: string, log: Log): Promise<void> {
  const record = readServerRecord(dataDir);
  if (record === undefined) return;
  const guardGone = await until(() => !isOurs(record.guardPid, dataDir), GUARD_AT_WORK_MS);
  if (!guardGone) {
    throw new BackbeatError(
      "data-dir-locked",
      `Cannot start nats-server in ${dataDir}: another BACKBEAT runs one there (process ${record.pid}), connect to it with --nats ${record.url} or name another --data-dir`,
      { data: { dataDir, pid: record.pid, url: record.url } },
    );
  }
  const isThere = () => isOurs(record.pid, dataDir);
  if (isThere()) {
    log.warn("Ending a nats-server that a killed BACKBEAT left behind", { pid: record.pid, dataDir });
    signalQuietly(record.pid, "SIGTERM");
    const ended = await until(() => !isThere(), KILL_AFTER_MS);
    if (!ended) signalQuietly(record.pid, "SIGKILL");
    await until(() => !isThere(), KILL_AFTER_MS);
  }
  removeServerRecord(dataDir);
}

async function until(condition: () => boolean, deadlineMs: number): Promise<boolean> {
  const giveUpAtMs = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > giveUpAtMs) return false;
    await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
  }
  return true;
}
