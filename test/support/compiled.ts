/**
 * The sources as JavaScript, for tests that run parts of the product in a process of its own (to kill it).
 *
 * Compiled into a folder of this test process below node_modules, so that packages are found from there; removed
 * when the process ends. Compiled whatever its type errors: those are the type check's business.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

let folder: string | undefined;

/** The folder that holds the compiled `src/`; a file is at the same path with the ending `.js`. About a second, once. */
export function compiledSources(): string {
  folder ??= compile();
  return folder;
}

function compile(): string {
  const root = resolve(import.meta.dirname, "../..");
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const output = mkdtempSync(join(cache, "backbeat-compiled-"));
  process.once("exit", () => rmSync(output, { recursive: true, force: true }));
  const options = [
    "--composite",
    "false",
    "--incremental",
    "false",
    "--declaration",
    "false",
    "--sourceMap",
    "false",
  ];
  try {
    execFileSync(
      process.execPath,
      [
        join(root, "node_modules/typescript/bin/tsc"),
        "-p",
        join(root, "tsconfig.json"),
        "--outDir",
        output,
        ...options,
        "--tsBuildInfoFile",
        "null",
      ],
      { stdio: "pipe" },
    );
  } catch {
    // Type errors; the JavaScript is written all the same.
  }
  return output;
}
