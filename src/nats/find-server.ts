/**
 * Where a nats-server binary already is: the setting, PATH, the usual system folders, our own cache.
 *
 * Looks only; getting one is get-server.ts. `/usr/sbin` is looked at by name because Debian puts nats-server
 * there and leaves that folder out of a normal user's PATH.
 */
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { BackbeatError } from "../errors.ts";

const BINARY = "nats-server";
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FoundServer {
  /** Absolute path of the binary. */
  readonly path: string;
  readonly source: "setting" | "PATH" | "system" | "cache";
}

/** The folder that holds what BACKBEAT fetched for this user: `$XDG_CACHE_HOME/backbeat`, else `~/.cache/backbeat`. */
export function cacheFolder(env: Environment = process.env): string {
  const base = env.XDG_CACHE_HOME;
  // The XDG rule: a relative value is invalid and ignored.
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "backbeat");
}

/** Where get-server.ts puts a nats-server that it fetched. */
export function cachedServerPath(env: Environment = process.env): string {
  return join(cacheFolder(env), BINARY);
}

/**
 * The nats-server to use, or undefined where this machine has none that we know of.
 * @throws BackbeatError `nats-server-missing` when `setting` names a file that cannot be run: no other is taken instead
 */
export function findServer(
  setting: string | undefined,
  env: Environment = process.env,
): FoundServer | undefined {
  if (setting !== undefined && setting !== "") return fromSetting(setting);
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const path = join(folder, BINARY);
    if (isAbsolute(folder) && isExecutable(path)) return { path, source: "PATH" };
  }
  for (const folder of SYSTEM_FOLDERS) {
    const path = join(folder, BINARY);
    if (isExecutable(path)) return { path, source: "system" };
  }
  const cached = cachedServerPath(env);
  return isExecutable(cached) ? { path: cached, source: "cache" } : undefined;
}

function fromSetting(setting: string): FoundServer {
  const path = resolve(setting);
  if (isExecutable(path)) return { path, source: "setting" };
  throw new BackbeatError(
    "nats-server-missing",
    `Cannot start nats-server: ${path} is not an executable file, --nats-server takes the path of the binary`,
    { data: { path } },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
