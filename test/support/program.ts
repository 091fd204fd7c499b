/** Runs the real program, `dist/cli/main.js`, as a user does; `npm test` builds it first. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

export const PROGRAM = resolve("dist/cli/main.js");

export interface ProgramOptions {
  /** Beside the variables that a program needs to run at all; settings of this shell do not leak in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Arguments of node itself. */
  readonly nodeArgs?: readonly string[];
  readonly onStart?: (child: ChildProcess) => void;
}

export interface ProgramResult {
  /** Exit code, or the signal that ended it. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs until it is told to stop. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** What it said so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<ProgramResult>;
}

/** Starts it; disposing kills what still runs. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), PROGRAM, ...args], {
    env: { PATH: process.env.PATH ?? "", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(options.input ?? "");
  options.onStart?.(child);
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ end: code ?? signal ?? "", stdout, stderr }));
  });
  return {
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Resolves when it has ended. The deadline is the test's. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return startProgram(args, options).ended;
}
