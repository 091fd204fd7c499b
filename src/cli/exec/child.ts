/** The command as a process: started at once, its input ours, its output ours or passed through for a look. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { ProcessEnd } from "./ending.ts";

export interface Child {
  /** How it ended, or why it could not be started. Never rejects. */
  readonly ended: Promise<ProcessEnd | { readonly failure: NodeJS.ErrnoException }>;
  /** Only where its output is looked at. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Does nothing when it has ended. */
  kill(signal: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its output comes through us; else it writes to our own streams, and a terminal stays one. */
  readonly piped: boolean;
}

/** Starts a command without a shell: words are passed as they are. */
export function startChild(words: readonly string[], { env, piped }: ChildOptions): Child {
  const [command = "", ...args] = words;
  const output = piped ? "pipe" : "inherit";
  let child: ChildProcess;
  try {
    child = spawn(command, args, { stdio: ["inherit", output, output], env });
  } catch (failure) {
    // What Node itself refuses: an empty name, a zero byte.
    return notStarted(failure as NodeJS.ErrnoException);
  }
  const ended: Child["ended"] = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", (failure) => {
      if (child.pid === undefined) resolve({ failure });
    });
  });
  return { ended, stdout: child.stdout, stderr: child.stderr, kill: (signal) => void child.kill(signal) };
}

function notStarted(failure: NodeJS.ErrnoException): Child {
  return { ended: Promise.resolve({ failure }), stdout: null, stderr: null, kill: () => undefined };
}
