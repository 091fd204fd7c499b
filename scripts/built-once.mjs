/**
 * Builds a folder below `dist/` unless what is there was built from the same sources.
 *
 * Beside each folder stands a stamp, `dist/.NAME-sha256`, so that it goes with `dist/`; stamps are not published.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Path of every file below a folder, sorted. */
export function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Names and contents of what it is built from. */
function sha256Of(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex");
}

/**
 * Calls `build` where it is needed, then holds the size against `bytesMax`: what has grown is noticed when it grows.
 * `sources`: every file that decides what comes out, beside the lock file.
 */
export async function builtOnce({ name, sources, bytesMax, build }) {
  const output = join(root, "dist", name);
  const stamp = join(root, "dist", `.${name}-sha256`);
  const sha256 = sha256Of([...sources, join(root, "package-lock.json")]);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === sha256) return;
  // A build that fails halfway leaves nothing that looks whole.
  rmSync(stamp, { force: true });
  // Whatever the caller is for: a test runner's own value makes another, larger page.
  process.env.NODE_ENV = "production";
  await build(output);
  const bytes = filesIn(output).reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes > bytesMax) {
    console.error(`dist/${name} takes ${bytes} bytes, expected at most ${bytesMax}: what has grown?`);
    process.exit(1);
  }
  writeFileSync(stamp, sha256);
}
