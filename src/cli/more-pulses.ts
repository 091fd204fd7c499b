/**
 * Further pulses for `up`: each a process of its own with a data directory of its own, so that one can be killed and
 * the beat be seen to go on. They end when this process ends, however it does.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { Log } from "../ports.ts";
import { stopChild } from "./sample-agents.ts";

export interface MorePulsesOptions {
  /** How many there are in all; the first is not ours. */
  readonly pulses: number;
  /** The program: `dist/cli/main.js`. */
  readonly program: string;
  /** Of the house; each has a folder in it. */
  readonly dataDir: string;
  /** Where the first answers HTTP; the others at the ports after it. */
  readonly http: { readonly host: string; readonly port: number };
  /** Further arguments of `backbeat pulse`, the same for each. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

export interface MorePulses {
  /** Addresses and process ids, for the first screen. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

export function startMorePulses(options: MorePulsesOptions): MorePulses {
  const { args, dataDir, env, http, log, program, pulses } = options;
  let isStopping = false;
  const children = Array.from({ length: pulses - 1 }, (_, at) => {
    const place = at + 2;
    const port = http.port === 0 ? 0 : http.port + place - 1;
    const host = http.host.includes(":") ? `[${http.host}]` : http.host;
    const own = ["--data-dir", join(dataDir, `pulse-${place}`), "--http", `${host}:${port}`];
    const child = fork(program, ["pulse", ...own, "--log-level", "warn", ...args], {
      detached: true,
      env: { ...env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("error", (error) => log.error(`Cannot start pulse ${place}: ${error.message}`));
    child.on("exit", (code, signal) => {
      if (!isStopping)
        log.warn(`Pulse ${place} ended by itself: ${signal ?? `exit code ${code}`}; the others go on`);
    });
    const where = port === 0 ? "" : `  http://${host}:${port}`;
    return { child, line: `process ${child.pid}${where}` };
  });
  return {
    lines: children.map(({ line }) => line),
    async stop() {
      isStopping = true;
      await Promise.all(children.map(({ child }) => stopChild(child)));
    },
  };
}
