/**
 * A nats-server binary, fetched into the user's cache where the machine has none: the distribution's package,
 * else the project's release.
 *
 * The binary appears in the cache by one rename, so two processes that fetch at once do not disturb each other,
 * and a broken download is never found later.
 */
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { unpackDebianPackage } from "./debian-package.ts";
import { cachedServerPath, cacheFolder, type Environment, findServer } from "./find-server.ts";
import { type Release, releaseFor, unpackRelease } from "./release.ts";

/** A fetch that takes longer than this says what it does, so that nobody thinks we hang. */
const SAY_AFTER_MS = 2_000;

export interface FetchOptions {
  /** Default: this process's environment. */
  readonly env?: Environment;
  /** Default: the one pinned for this platform. */
  readonly release?: Release | undefined;
}

/**
 * The path of a nats-server: found (find-server.ts), else fetched into the cache.
 * @throws BackbeatError `nats-server-missing`, saying what to do next
 */
export async function getServer(setting: string | undefined, log: Log): Promise<string> {
  return findServer(setting)?.path ?? (await fetchServer(log));
}

/**
 * Fetches a nats-server into the cache, over one that is there; gives its path.
 * @throws BackbeatError `nats-server-missing`, saying what to do next
 */
export async function fetchServer(log: Log, options: FetchOptions = {}): Promise<string> {
  const { env = process.env, release = releaseFor(platform(), arch()) } = options;
  const slow = setTimeout(() => {
    log.info("Fetching nats-server into the cache; this happens once", { folder: cacheFolder(env) });
  }, SAY_AFTER_MS);
  try {
    const path = await fetchIntoCache(env, release);
    log.info("Fetched nats-server into the cache", { path });
    return path;
  } finally {
    clearTimeout(slow);
  }
}

async function fetchIntoCache(env: Environment, release: Release | undefined): Promise<string> {
  const failures: string[] = [];
  const sources = [
    (work: string) => unpackDebianPackage(work, env),
    (work: string) => {
      if (release === undefined) throw new Error(`no release is pinned for ${platform()} ${arch()}`);
      return unpackRelease(release, work, env);
    },
  ];
  for (const unpack of sources) {
    try {
      return await inWorkFolder(env, async (work) => keep(await unpack(work), env));
    } catch (thrown) {
      failures.push(explain(thrown));
    }
  }
  throw missing(failures.join("; "));
}

async function inWorkFolder<T>(env: Environment, use: (work: string) => Promise<T>): Promise<T> {
  mkdirSync(cacheFolder(env), { recursive: true });
  // Inside the cache: a rename is one step only within a file system.
  const work = mkdtempSync(join(cacheFolder(env), "fetching-"));
  try {
    return await use(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function keep(binary: string, env: Environment): string {
  chmodSync(binary, 0o755);
  renameSync(binary, cachedServerPath(env));
  return cachedServerPath(env);
}

/** `fetch failed` says nothing; its cause says "no such host". */
function explain(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? ` (${messageOf(thrown.cause)})` : "";
  return `${messageOf(thrown)}${cause}`;
}

function missing(observed: string): BackbeatError {
  const install =
    platform() === "darwin"
      ? "install it with `brew install nats-server`"
      : "install it (`apt install nats-server`, or the archive from https://github.com/nats-io/nats-server/releases)";
  return new BackbeatError(
    "nats-server-missing",
    `Cannot start nats-server: this machine has none and fetching one failed: ${observed}. Next: ${install}, name the binary with --nats-server, or name a running server with --nats`,
    { data: { observed } },
  );
}
