/**
 * Sample agents for `up`: each a process of its own, as agents are in life.
 *
 * They hang on an IPC channel: when this process ends, however it does, they end too. One that ends by itself is
 * said once and not started again: it is a sample, and what is wrong with it would be wrong again.
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
  /** Further arguments of `backbeat sim`, the same for each. */
  readonly args: readonly string[];
  /** Their environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

export interface SampleAgents {
  stop(): Promise<void>;
}

export function startSampleAgents(options: SampleAgentsOptions): SampleAgents {
  const { args, count, env, log, program } = options;
  let isStopping = false;
  const children = Array.from({ length: count }, (_, place) => {
    const own = ["--agents", "1", "--prefix", `worker-${place + 1}`, "--seed", String(place + 1), "--quiet"];
    // A process group of its own: Ctrl-C reaches the whole foreground group, and agents end when we say so.
    const child = fork(program, ["sim", ...own, ...args], {
      detached: true,
      env: { ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("error", (error) => log.error(`Cannot start sample agent ${place + 1}: ${error.message}`));
    child.on("exit", (code, signal) => {
      if (!isStopping)
        log.warn(`Sample agent ${place + 1} ended by itself: ${signal ?? `exit code ${code}`}`);
    });
    return child;
  });
  return {
    async stop() {
      isStopping = true;
      await Promise.all(children.map(stopChild));
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
