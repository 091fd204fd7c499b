/** A reverb and a pulse of the real program, with bars of eight beats, for tests of agents. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { until } from "../scenario.ts";

const PROGRAM = resolve("dist/cli/main.js");

export interface HouseOptions {
  readonly clusterId: string;
  readonly server: string;
  /** Their data directories are made below it. */
  readonly dir: string;
  /** Default 60. */
  readonly tempoBpm?: number;
}

export interface House extends AsyncDisposable {
  /** Resolves when reverb hears beats. */
  ready(): Promise<void>;
  startPulse(): void;
  /** Kills it. */
  killPulse(): Promise<void>;
  status(): Promise<{ readonly totals: { readonly claims: Readonly<Record<string, number>> } }>;
}

export async function startHouse({ clusterId, dir, server, tempoBpm = 60 }: HouseOptions): Promise<House> {
  let url: string | undefined;
  const start = (service: "reverb" | "pulse", args: readonly string[]): ChildProcess => {
    const dataDir = join(dir, `${clusterId}-${service}`);
    mkdirSync(dataDir, { recursive: true });
    const where = ["--cluster", clusterId, "--nats", server, "--data-dir", dataDir, "--http", "127.0.0.1:0"];
    return spawn(process.execPath, [PROGRAM, service, ...where, ...args], {
      env: { PATH: process.env.PATH ?? "", BACKBEAT_ENV: "production" },
      stdio: ["ignore", "ignore", "pipe"],
    });
  };
  const reverb = start("reverb", ["--journal", "on", "--bar-length", "8"]);
  reverb.stderr?.on("data", (chunk: Buffer) => {
    url ??= /reverb answers on (http:[^\s"]+)/.exec(chunk.toString())?.[1];
  });
  const startPulse = () => {
    const child = start("pulse", ["--tempo", String(tempoBpm), "--bar-length", "8"]);
    // What it says is read, so that it is never held up.
    child.stderr?.resume();
    return child;
  };
  let pulse = startPulse();
  const end = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  return {
    async ready() {
      const isReady = async () =>
        url !== undefined && (await fetch(`${url}/ready`).catch(() => undefined))?.ok;
      await until("reverb to be ready", async () => (await isReady()) === true);
    },
    startPulse() {
      pulse = startPulse();
    },
    killPulse: () => end(pulse),
    status: async () => (await fetch(`${url}/api/v1/status`)).json() as ReturnType<House["status"]>,
    async [Symbol.asyncDispose]() {
      await end(pulse);
      await end(reverb);
    },
  };
}
