/**
 * Runs a command so that it never outlives this process: a tiny shell holds a pipe from us and ends the command
 * when the pipe closes, which the system does for us even on SIGKILL.
 *
 * The guard is in a process group of its own, so that Ctrl-C in a terminal does not end the command before we
 * have drained. When the command ends, the guard ends with its code. Only when both processes of the guard are
 * killed together with us is the command left behind; the next start looks for that (left-server.ts).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { messageOf } from "../errors.ts";

/** Time between SIGTERM and SIGKILL; nats-server ends in well under one second, and services have five in all. */
const KILL_AFTER_SECONDS = 3;
/** A guard that is still there a second after that was stopped itself (SIGSTOP): it is killed. */
const GUARD_GONE_MS = (KILL_AFTER_SECONDS + 1) * 1_000;
/** The end of what the command said on stderr; nats-server says there why it could not start. */
const STDERR_KEPT_CHARS = 2_000;

/**
 * `$1` tenths of a second between the two signals, then the command. The command must not hold the pipe (3), or it
 * would keep a half of it open. The subshell waits for the end of the pipe, and does so also when the guard itself
 * is killed. `wait` is repeated because a trapped signal interrupts it.
 */
const GUARD = `
exec 3<&0
patience=$1; shift
"$@" </dev/null >/dev/null 3<&- & server=$!
echo "$server"
exec >/dev/null
(
  read -r _ <&3
  exec 2>/dev/null
  kill -TERM "$server"
  while [ "$patience" -gt 0 ] && kill -0 "$server"; do
    sleep 0.1
    patience=$((patience - 1))
  done
  kill -KILL "$server"
) & watch=$!
trap 'kill -TERM "$server"' TERM
trap '' INT HUP
while :; do
  wait "$server"; code=$?
  kill -0 "$server" 2>/dev/null || break
done
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
exit "$code"
`;

export interface GuardedExit {
  /** Whether `stop()` was called before. */
  readonly requested: boolean;
  /** How it ended: `code 1`, `SIGKILL`. */
  readonly how: string;
  /** The end of what it said on stderr. */
  readonly stderr: string;
}

export interface Guarded {
  readonly guardPid: number;
  /** The command's own pid. */
  readonly pid: number;
  /** Resolves when the command and its guard are gone; never rejects. */
  readonly exited: Promise<GuardedExit>;
  /** SIGTERM, after 3 s SIGKILL. Resolves when both are gone; again is harmless. */
  stop(): Promise<void>;
}

/** Starts `command` under a guard; rejects when it cannot be started. */
export async function spawnGuarded(command: string, args: readonly string[]): Promise<Guarded> {
  const child = spawn(
    "/bin/sh",
    ["-c", GUARD, "backbeat-guard", String(KILL_AFTER_SECONDS * 10), command, ...args],
    { detached: true, stdio: ["pipe", "pipe", "pipe"] },
  );
  let requested = false;
  let pid: number | undefined;
  const stderr = keepStderr(child);
  // Writing nothing, but a pipe whose reader is gone may still complain.
  child.stdin?.on("error", () => undefined);
  const exited = new Promise<GuardedExit>((resolve) => {
    child.once("error", (error) => resolve({ requested, how: messageOf(error), stderr: stderr() }));
    child.once("exit", (code, signal) => {
      // A guard ends by a signal only when somebody kills it: the command is alone now.
      if (signal !== null && pid !== undefined) signalQuietly(pid, "SIGKILL");
      child.stdin?.destroy();
      resolve({ requested, how: describeExit(code, signal), stderr: stderr() });
    });
  });
  pid = await readPid(child);
  if (pid === undefined || child.pid === undefined) {
    const { how, stderr: said } = await exited;
    throw new Error(`${command} did not start: ${said || how}`);
  }
  const guardPid = child.pid;
  return {
    guardPid,
    pid,
    exited,
    async stop() {
      requested = true;
      child.stdin?.end();
      const giveUp = setTimeout(() => signalQuietly(guardPid, "SIGKILL"), GUARD_GONE_MS);
      await exited;
      clearTimeout(giveUp);
    },
  };
}

/** Sends a signal to a process that may be gone. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what the signal was for.
  }
}

async function readPid(child: ChildProcess): Promise<number | undefined> {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const pid = Number(line);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  }
  return undefined;
}

function keepStderr(child: ChildProcess): () => string {
  let kept = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    kept = (kept + chunk.toString()).slice(-STDERR_KEPT_CHARS);
  });
  return () => kept.trim();
}

/** The guard's shell tells a death by signal n as code 128 + n. */
function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `its guard was ended by ${signal}`;
  if (code === 137) return "SIGKILL";
  if (code === 143) return "SIGTERM";
  return `code ${code}`;
}
