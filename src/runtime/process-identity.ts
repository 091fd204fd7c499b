/**
 * Who a process is, well enough to tell whether it still lives: a pid alone is reused, after a restart of a
 * container even at once (each has a process 1).
 *
 * Honest about what it cannot know: a process of another container, another machine or a system without /proc
 * is `unknown`, never guessed.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Start of the process in ticks since boot, as /proc tells it. */
  readonly startTicks?: string;
  /** Which boot of the machine. */
  readonly boot?: string;
  /** Which numbering of processes: each container has its own. */
  readonly pidNamespace?: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const boot = orUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const pidNamespace = orUndefined(() => readlinkSync("/proc/self/ns/pid"));
  const startTicks = startTicksOf(process.pid);
  return {
    pid: process.pid,
    host: hostname(),
    ...(startTicks === undefined ? {} : { startTicks }),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/** Whether a process lives, as seen by `own`. */
export function standingOf(other: ProcessIdentity, own: ProcessIdentity): "alive" | "dead" | "unknown" {
  const known =
    other.boot !== undefined && other.pidNamespace !== undefined && other.startTicks !== undefined;
  if (!known || other.boot !== own.boot || other.pidNamespace !== own.pidNamespace) return "unknown";
  const startTicks = startTicksOf(other.pid);
  if (startTicks !== undefined) return startTicks === other.startTicks ? "alive" : "dead";
  return exists(other.pid) ? "unknown" : "dead";
}

/** Field 22 of /proc/<pid>/stat; counted from behind the name, which may hold blanks and parentheses. */
function startTicksOf(pid: number): string | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const state = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent has not looked yet.
  return state?.[0] === "Z" ? undefined : state?.[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
