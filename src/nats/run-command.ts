/** Runs a command of the system to its end; what it said matters only when it fails. */
import { spawn } from "node:child_process";
import type { Environment } from "./find-server.ts";

/** A package is 4 MB and package lists are 10 MB: minutes mean that the network does not work. */
const COMMAND_TIMEOUT_MS = 180_000;
/** The end of a failed command's output says why; the rest is noise. */
const OUTPUT_KEPT_CHARS = 400;

/** Resolves when the command ends with 0; rejects with the last line that it said, or the error of starting it. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Environment },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: COMMAND_TIMEOUT_MS,
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${signal ?? code}: ${lastLine(output)}`));
    });
  });
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}
