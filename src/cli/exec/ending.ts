/** How a command ended, for the shell and for the fleet: exit codes as shells count them. Pure. */
import { constants } from "node:os";

/** What the system says of a process that ran. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What exec answers and claims. */
export interface Ending {
  readonly exitCode: number;
  readonly state: "completed" | "failed";
  /** Exit code, signal, or `budget`; undefined where it succeeded. */
  readonly errorCode: number | string | undefined;
}

const SIGNAL_BASE = 128;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** As timeout(1) has it. */
const OVER_BUDGET = 124;
/** Where the system names a signal that Node does not know. */
const UNKNOWN_FAILURE = 1;

/** The ending of a process that ran. One that was stopped for its budget has failed, whatever it says. */
export function endingOf(end: ProcessEnd, options: { readonly overBudget: boolean }): Ending {
  if (options.overBudget) return failed(OVER_BUDGET, "budget");
  if (end.signal !== null) {
    const number = constants.signals[end.signal];
    return failed(number === undefined ? UNKNOWN_FAILURE : SIGNAL_BASE + number, end.signal);
  }
  const code = end.code ?? UNKNOWN_FAILURE;
  return code === 0 ? { exitCode: 0, state: "completed", errorCode: undefined } : failed(code, code);
}

/** The ending of a command that could not be started. */
export function endingOfFailedStart(error: NodeJS.ErrnoException): Ending {
  const exitCode = error.code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
  return failed(exitCode, exitCode);
}

/** Why a command could not be started, and what to look at. */
export function describeFailedStart(command: string, error: NodeJS.ErrnoException): string {
  return `Cannot run ${JSON.stringify(command)}: ${reasonOf(error)}`;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "it was not found, expected a program on the PATH or a path to one";
    case "EACCES":
      return "it is not executable, expected a program with permission to run it (chmod +x)";
    case "E2BIG":
      return "its arguments and environment are too long for this system";
    default:
      return error.message;
  }
}

function failed(exitCode: number, errorCode: number | string): Ending {
  return { exitCode, state: "failed", errorCode };
}
