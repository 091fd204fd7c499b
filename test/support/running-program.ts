/** The real program while it runs: what it has written so far, signals, input, and its end. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { PROGRAM } from "./program.ts";
import { waitFor } from "./wait-for.ts";

export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the exit code, or the signal that ended it, when all its output was read. */
  readonly end: Promise<number | string>;
  /** Resolves when stdout holds the text. */
  printed(text: string): Promise<void>;
}

export interface RunningOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `backbeat` with an open stdin; settings of this shell do not leak in. */
export function startProgram(args: readonly string[], options: RunningOptions = {}): RunningProgram {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH ?? "", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const chunks = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      chunks[name] += chunk.toString("latin1");
    });
  // Who writes to a program that has ended meets a broken pipe.
  child.stdin.on("error", () => undefined);
  const end = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
  return {
    child,
    stdout: () => chunks.stdout,
    stderr: () => chunks.stderr,
    end,
    async printed(text) {
      await waitFor(`"${text}" on stdout`, () => chunks.stdout.includes(text));
    },
  };
}
