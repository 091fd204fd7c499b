/**
 * `nats-server.json` in a data directory: which embedded nats-server runs for it, for clients on this machine to
 * find and for the next start to clean up after a crash.
 *
 * A process id alone proves nothing, ids are used again: a process counts as the one that was written down only
 * if its command line names this directory's configuration file.
 */
import { realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readTextFile } from "../text-file.ts";
import { commandLine } from "./process-info.ts";

const FILE = "nats-server.json";

export interface ServerRecord {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The shell that ends the server with its owner. */
  readonly guardPid: number;
}

/** The configuration file that an embedded server of this directory is started with. */
export function serverConfigPath(dataDir: string): string {
  return join(realPath(dataDir), "nats-server.conf");
}

/** Writes by temp file and rename: a reader never sees a half. */
export function writeServerRecord(dataDir: string, record: ServerRecord): void {
  const path = join(dataDir, FILE);
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(record)}\n`);
  renameSync(temporary, path);
}

export function removeServerRecord(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true });
}

/** What is written down, whether or not it still runs; undefined where nothing readable is. */
export function readServerRecord(dataDir: string): ServerRecord | undefined {
  try {
    const read = JSON.parse(readTextFile(join(dataDir, FILE))) as Partial<ServerRecord> | null;
    const { url, port, pid, guardPid } = read ?? {};
    if (typeof url !== "string" || !isId(port) || !isId(pid) || !isId(guardPid)) return undefined;
    return { url, port, pid, guardPid };
  } catch {
    return undefined;
  }
}

/** The embedded server of this data directory, if it runs now. */
export function readServerFile(dataDir: string): ServerRecord | undefined {
  const record = readServerRecord(dataDir);
  return record !== undefined && isOurs(record.pid, dataDir) ? record : undefined;
}

/** Whether `pid` is a process that was started with this directory's configuration: the server or its guard. */
export function isOurs(pid: number, dataDir: string): boolean {
  return commandLine(pid)?.includes(serverConfigPath(dataDir)) ?? false;
}

/** One directory, one name, also through symbolic links. */
function realPath(dataDir: string): string {
  try {
    return realpathSync(dataDir);
  } catch {
    return resolve(dataDir);
  }
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
