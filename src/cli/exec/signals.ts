/**
 * Signals that are meant for the command.
 *
 * A Ctrl-C in a terminal reaches the command by itself, with everything else in the foreground; passed on it would
 * come twice, and to many programs a second one means: stop at once, without tidying up.
 */
import { readFileSync } from "node:fs";

const PASSED_ON = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;

/** Those that a terminal sends for a key. */
const FROM_KEYS: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/** Hands each signal on, for as long as this process lives: one that comes while it ends must not cut that short. */
export function passSignals(handle: (signal: NodeJS.Signals, reachesCommandByItself: boolean) => void): void {
  for (const signal of PASSED_ON)
    process.on(signal, () => handle(signal, FROM_KEYS.includes(signal) && isInForeground()));
}

/** Whether a terminal's keys reach us and what we have started. */
function isInForeground(): boolean {
  try {
    return isForegroundGroup(readFileSync("/proc/self/stat", "utf8"));
  } catch {
    // Where there is no /proc, a terminal at any of our streams speaks for it.
    return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  }
}

/** Reads `/proc/<pid>/stat`: whether the process's group is the one that its terminal sends signals to. */
export function isForegroundGroup(stat: string): boolean {
  // The name in parentheses may hold anything, also blanks and parentheses.
  const [, , group, , terminal, foregroundGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return terminal !== undefined && terminal !== "0" && group === foregroundGroup;
}
