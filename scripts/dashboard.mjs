/**
 * Builds the dashboard into `dist/dashboard/`, unless what is there was built from the same sources. Part of
 * `npm run build`, and so of `npm start` and `npm test`.
 *
 * Ends with a message where the page has grown beyond its limit: it must be there at once also over a slow link.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "dashboard");
const output = join(root, "dist", "dashboard");

/** Beside the folder that it is about, so that it goes with `dist/`; named in package.json as not to be published. */
const stamp = join(root, "dist", ".dashboard-sha256");

/** All files together, as they are on disk; a third of it travels, compressed: a third of a second at 1.2 Mbit/s. */
const BYTES_MAX = 150_000;

/** Path of every file below a folder. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Names and contents of what it is built from: the sources, the packages, and this script. */
function sourcesSha256() {
  const hash = createHash("sha256");
  for (const file of [...filesIn(sources), join(root, "package-lock.json"), fileURLToPath(import.meta.url)])
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex");
}

const sha256 = sourcesSha256();
const isBuilt = existsSync(join(output, "index.html")) && existsSync(stamp);
if (!isBuilt || readFileSync(stamp, "utf8") !== sha256) {
  // Loaded only when there is something to build.
  const { build } = await import("vite");
  await build({ configFile: join(sources, "vite.config.ts") });
  const bytes = filesIn(output).reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes > BYTES_MAX) {
    console.error(`The dashboard takes ${bytes} bytes, expected at most ${BYTES_MAX}: what has grown?`);
    process.exit(1);
  }
  writeFileSync(stamp, sha256);
}
