/** What the system knows of another process, by its id. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** `ps` answers in milliseconds; where it hangs we would rather not know. */
const PS_TIMEOUT_MS = 2_000;

/** The command line of a running process, its words separated by blanks; undefined where it is gone or a zombie. */
export function commandLine(pid: number): string | undefined {
  const text = fromProc(pid) ?? fromPs(pid);
  return text === undefined || text === "" ? undefined : text;
}

function fromProc(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return undefined;
  }
}

/** Where there is no /proc. */
function fromPs(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
      timeout: PS_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}
