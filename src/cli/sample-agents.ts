/**
 * Sample agents for `up`: a process of their own, so that the house can be seen to lose them.
 *
 * It hangs on an IPC channel: when this process ends, however it does, it ends too. If it ends by itself that is said,
 * and it is not started again: it is a sample, and what is wrong with it would be wrong again.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Log } from "../ports.ts";

/** An agent has nothing to finish; one that does not end by then is killed. */
const STOP_TIMEOUT_MS = 1_500;

export interface SampleAgentsOptions {
  readonly count: number;
  /** The program: `dist/cli/main.js`. */
  readonly program: string;
  /** Further arguments of `backbeat sim`. */
  readonly args: readonly string[];
  /** Its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

export interface SampleAgents {
  stop(): Promise<void>;
}

export function startSampleAgents(options: SampleAgentsOptions): SampleAgents {
  const { args, count, env, log, program } = options;
  if (count === 0) return { stop: async () => undefined };
  let isStopping = false;
  // A process group of its own: Ctrl-C reaches the whole foreground group, and agents end when we say so.
  const child = fork(program, ["sim", "--cast", "--agents", String(count), "--quiet", ...args], {
    detached: true,
    env: { ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("error", (error) => log.error(`Cannot start the sample agents: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (!isStopping) log.warn(`The sample agents ended by themselves: ${signal ?? `exit code ${code}`}`);
  });
  return {
    async stop() {
      isStopping = true;
      await stopChild(child);
    },
  };
}

/** Asks a child to end, and makes it. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}
