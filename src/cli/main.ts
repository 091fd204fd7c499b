#!/usr/bin/env node
/** The program `backbeat`: gives the world to dispatch.ts and ends with its exit code. */
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

// Node 22 and newer keep what they compiled for the next start, of all that is loaded from here on.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { dispatch } = await import("./dispatch.ts");
const { wantsColour } = await import("./paint.ts");

/** What a command has left open (a socket, a timer) does not keep a finished program alive. */
const LEFT_OPEN_MS = 250;

const { env, stderr, stdin, stdout } = process;

// The reader of a pipe has gone (`backbeat watch | head`): that is an end, not a fault.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const exitCode = await dispatch(process.argv.slice(2), {
  version: versionOf(new URL("../../package.json", import.meta.url)),
  program: fileURLToPath(import.meta.url),
  env,
  stdin,
  stdout,
  stderr,
  colour: { stdout: wantsColour(stdout, env), stderr: wantsColour(stderr, env) },
  columns: stdout.columns,
});
process.exitCode = exitCode;
setTimeout(() => process.exit(exitCode), LEFT_OPEN_MS).unref();

function versionOf(manifest: URL): string {
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
  return version;
}
