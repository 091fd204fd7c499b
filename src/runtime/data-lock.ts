/**
 * One process per data directory and role: two pulses that share a timeline would use beats twice (P1).
 *
 * Every process raises a flag of its own (a file with a name of its own) *before* it looks at the flags of the
 * others, and yields if it sees a living one: so of two that start at once at most one goes on, whatever the
 * order, and no file is ever taken from a living process. A flag whose process is known to be dead is removed. Of
 * one that cannot be judged by its process (another container, another machine) the heart is watched: a holder
 * touches its flag every second.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as passTime } from "node:timers/promises";
import { BackbeatError } from "../errors.ts";
import { writeDurably } from "./atomic-file.ts";
import { unusable } from "./data-dir.ts";
import { ownIdentity, type ProcessIdentity, standingOf } from "./process-identity.ts";

/** A living holder touches its flag this often. */
const HEARTBEAT_MS = 1_000;
/** A heart that is still for five beats has stopped; longer than any garbage collection, short for a restart. */
const STILL_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** Two that start at once both yield; they meet again with a chance below a tenth each time. */
const ATTEMPTS_MAX = 6;
const ATTEMPT_PAUSE_MAX_MS = 80;

export interface DataLock {
  /** Lets the next process in. Never throws; further calls do nothing. */
  release(): void;
}

export interface DataLockOptions {
  /** Hears of it when the flag has vanished under a running process: it should stop. */
  readonly onLost: (error: BackbeatError) => void;
  /** Hears why it takes long. */
  readonly say?: (text: string) => void;
  /** For tests: the process in whose name it locks. */
  readonly identity?: ProcessIdentity;
  /** For tests: how long a heart may be still, default 5,000 ms. */
  readonly stillMs?: number;
}

interface Flag {
  readonly path: string;
  readonly owner: ProcessIdentity;
  /** When it was raised, ISO 8601. */
  readonly since: string;
}

/**
 * Takes a data directory for a role, such as `reverb`.
 * @throws BackbeatError `data-dir-locked` naming the holder, `data-dir-unusable`
 */
export async function lockDataDir(
  directory: string,
  role: string,
  options: DataLockOptions,
): Promise<DataLock> {
  const own = options.identity ?? ownIdentity();
  let holder: Flag | undefined;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const flag = raise(directory, role, own);
    const rivals = othersOf(directory, role, flag).filter((other) => !removeIfDead(other, own));
    if (rivals.length === 0) return hold(flag, { directory, role, onLost: options.onLost });
    remove(flag.path);
    for (const rival of rivals) {
      const standing = await watch(rival, own, options);
      if (standing === "holds") throw lockedError(directory, role, rival);
      if (standing === "alive") holder = rival;
    }
    await passTime(Math.random() * ATTEMPT_PAUSE_MAX_MS);
  }
  throw lockedError(directory, role, holder);
}

function raise(directory: string, role: string, owner: ProcessIdentity): Flag {
  const since = new Date().toISOString();
  const path = join(directory, `${role}-${randomBytes(8).toString("hex")}.lock`);
  try {
    // A flag is complete from the moment that others can see it.
    writeDurably(`${path}.new`, `${JSON.stringify({ ...owner, since })}\n`);
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw unusable(directory, cause);
  }
  return { path, owner, since };
}

function othersOf(directory: string, role: string, own: Flag): readonly Flag[] {
  const pattern = new RegExp(`^${role}-[0-9a-f]{16}\\.lock$`);
  const flags: Flag[] = [];
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (pattern.test(name) && path !== own.path) flags.push(readFlag(path));
  }
  return flags;
}

/** What cannot be read was not completed before a crash of the machine: its owner is process 0, which is nobody. */
function readFlag(path: string): Flag {
  try {
    const { since, ...owner } = JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity & { since: string };
    return { path, owner, since };
  } catch {
    return { path, owner: { pid: 0, host: "" }, since: "" };
  }
}

function removeIfDead(flag: Flag, own: ProcessIdentity): boolean {
  const dead = flag.owner.pid === 0 || standingOf(flag.owner, own) === "dead";
  if (dead) remove(flag.path);
  return dead;
}

/**
 * What a rival is: `alive`, yet it may be starting like us and yield; `holds`, because its heart beats, which
 * takes up to `stillMs` to see; `gone`, its flag too.
 */
async function watch(
  flag: Flag,
  own: ProcessIdentity,
  options: DataLockOptions,
): Promise<"alive" | "holds" | "gone"> {
  if (standingOf(flag.owner, own) === "alive") return "alive";
  const stillMs = options.stillMs ?? STILL_MS;
  const { pid, host } = flag.owner;
  options.say?.(`Looking for up to ${stillMs / 1_000} s whether process ${pid} on ${host} still lives`);
  const first = heartbeatOf(flag);
  const untilMs = performance.now() + stillMs;
  while (first !== undefined && performance.now() < untilMs) {
    await passTime(LOOK_EVERY_MS);
    const now = heartbeatOf(flag);
    if (now === undefined) return "gone";
    if (now !== first) return "holds";
  }
  remove(flag.path);
  return "gone";
}

function heartbeatOf(flag: Flag): number | undefined {
  return statSync(flag.path, { throwIfNoEntry: false })?.mtimeMs;
}

function hold(
  flag: Flag,
  place: { readonly directory: string; readonly role: string; onLost: (error: BackbeatError) => void },
): DataLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(flag.path, now, now).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT" || released) return;
      release();
      place.onLost(lostError(place.directory, place.role));
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    clearInterval(heartbeat);
    remove(flag.path);
  };
  return { release };
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or will be judged by its process the next time.
  }
}

function lockedError(directory: string, role: string, holder: Flag | undefined): BackbeatError {
  const who =
    holder === undefined
      ? "other processes are starting at the same moment"
      : `process ${holder.owner.pid} on ${holder.owner.host} has it since ${holder.since}`;
  const text = `Cannot use data directory ${directory} for ${role}: ${who}, expected no other. Stop that process, or choose another directory with --data-dir`;
  return new BackbeatError("data-dir-locked", text, { data: { directory, role, pid: holder?.owner.pid } });
}

function lostError(directory: string, role: string): BackbeatError {
  const text = `Cannot keep data directory ${directory} for ${role}: its lock was removed while we ran, so another process may use it too. Start again`;
  return new BackbeatError("data-dir-locked", text, { data: { directory, role } });
}
