/**
 * What an agent loads with `import "@chorus-services/backbeat/sdk"`, with sizes; fails where it is server code.
 *
 * A Node of its own imports the door and tells each module that it loaded: an import of an import counts, a type does
 * not. Runs after `npm run build`.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const DOOR = "@chorus-services/backbeat/sdk";

/** Packages of an agent; what is named here is all that `npm install` is worth to it. */
const PACKAGES = [
  "@nats-io/nats-core",
  "@nats-io/nkeys",
  "@nats-io/nuid",
  "@nats-io/transport-node",
  "tweetnacl",
];

/** Folders that are an agent's as a whole. */
const FOLDERS = /^dist\/(contracts|core|sdk)\//;

/** Of the others single files: the errors, the files that somebody else wrote, the clock, and what connects. */
const FILES = [
  /^dist\/(errors|ports|text-file)\.js$/,
  /^dist\/runtime\/clock\.js$/,
  /^dist\/nats\/[^/]+\.js$/,
];

/** What lies beside that and serves servers: it starts one, looks for one, examines one. */
const SERVERS =
  /^dist\/nats\/(server|get-server|left-server|server-guard|server-file|find-server|release|debian-package|lease|streams)\.js$/;

/** Tells imports as they are loaded, at once: the thread of a hook ends without writing what it still holds. */
const HOOK = `
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    writeSync(1, url + "\\n");
    return next(url, context);
  }
`;
/** Imports the door, and tells at the end what was required. */
const TELL = `
  import { createRequire, register } from "node:module";
  import { pathToFileURL } from "node:url";
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOK)}`)});
  await import(${JSON.stringify(DOOR)});
  for (const path of Object.keys(createRequire(import.meta.url).cache)) console.log(pathToFileURL(path).href);
`;

function loadedFiles() {
  const args = ["--input-type=module", "-e", TELL];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    console.error(`Cannot import ${DOOR}:\n${stderr}`);
    process.exit(1);
  }
  const urls = stdout.split("\n").filter((line) => line.startsWith("file:"));
  return [...new Set(urls)].map((url) => relative(root, fileURLToPath(url)).replaceAll("\\", "/")).sort();
}

function packageOf(file) {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function isAllowed(file) {
  const name = packageOf(file);
  if (name !== undefined) return PACKAGES.includes(name);
  return FOLDERS.test(file) || (FILES.some((pattern) => pattern.test(file)) && !SERVERS.test(file));
}

const files = loadedFiles();
const sizes = new Map();
for (const file of files) {
  const name = packageOf(file) ?? file;
  const { bytes = 0, count = 0 } = sizes.get(name) ?? {};
  sizes.set(name, { bytes: bytes + statSync(`${root}/${file}`).size, count: count + 1 });
}

const kB = (bytes) => `${(bytes / 1_000).toFixed(1).padStart(8)} kB`;
for (const [name, { bytes, count }] of sizes)
  console.log(`${kB(bytes)}  ${name}${count > 1 ? `, ${count} files` : ""}`);
const total = [...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${kB(total)}  in all, ${files.length} files`);

const strangers = new Set(files.filter((file) => !isAllowed(file)).map((file) => packageOf(file) ?? file));
for (const name of strangers)
  console.error(`${name} is loaded with ${DOOR}, and is no agent's: see scripts/sdk-door.mjs`);
if (!files.some((file) => file === "dist/sdk/index.js")) {
  console.error(`${DOOR} was not loaded from dist/: run "npm run build"`);
  process.exitCode = 1;
}
if (strangers.size > 0) process.exitCode = 1;
