/**
 * Makes a fresh clone ready: dependencies as the lock file says, then the build. `npm start` and `npm test` call
 * it first, so that nobody has to know the steps. Says nothing and takes a moment when there is nothing to do.
 *
 * Only modules of Node itself are used: it must run before anything is installed.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);

/** A step says that it is running only when one has to wait for it. */
const SAY_AFTER_MS = 2_000;
const LINES_SHOWN_MAX = 20;

/** Ends with a message instead of a stack: what is wrong is the machine's state, not this script. */
function giveUp(...lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > Number(major) || (ownMajor === Number(major) && ownMinor >= Number(minor))) return;
  giveUp(
    `Cannot start: this is Node ${process.versions.node}, expected ${engines.node}.`,
    "Install a newer Node (https://nodejs.org), or choose one with your version manager, then try again.",
  );
}

/** Runs a program to its end. Its output is shown only when it fails. */
function run(what, command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    const wait = setTimeout(() => console.error(`${what} …`), SAY_AFTER_MS);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(wait);
      if (code === 0) resolve();
      else reject(new Error(`${what} ended with ${signal ?? code}\n${shorten(output)}`));
    });
  });
}

/** A compiler's first errors matter, and npm prints its whole manual after them. */
function shorten(output) {
  const lines = output.trimEnd().split("\n");
  return lines.length <= LINES_SHOWN_MAX
    ? lines.join("\n")
    : [...lines.slice(0, LINES_SHOWN_MAX), `… ${lines.length - LINES_SHOWN_MAX} more lines`].join("\n");
}

/** npm as it was called: its own path where npm runs us, else the npm of the PATH. */
function npm(args) {
  const path = process.env.npm_execpath;
  if (path !== undefined && /npm-cli\.[cm]?js$/.test(path)) return [process.execPath, [path, ...args]];
  return process.platform === "win32" ? ["npm.cmd", args] : ["npm", args];
}

/** Which lock file the installed packages come from; kept among them, so that it goes when they go. */
const stamp = at("node_modules", ".backbeat-lock-sha256");

function installedAsLocked(lockSha256, needed) {
  if (needed.some((name) => !existsSync(at("node_modules", name, "package.json")))) return false;
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === lockSha256;
  // Installed by hand: npm writes its own copy of the lock file when it is done.
  const own = at("node_modules", ".package-lock.json");
  return existsSync(own) && statSync(own).mtimeMs >= statSync(at("package-lock.json")).mtimeMs;
}

async function install() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const needed = Object.keys({ ...dependencies, ...devDependencies });
  const lockSha256 = createHash("sha256")
    .update(readFileSync(at("package-lock.json")))
    .digest("hex");
  if (installedAsLocked(lockSha256, needed)) return;
  const [command, args] = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
  try {
    await run("Installing dependencies", command, args);
  } catch (error) {
    giveUp(`Cannot install dependencies: ${error.message}`, "`npm ci --ignore-scripts` shows more.");
  }
  writeFileSync(stamp, lockSha256);
}

/** The parts of `npm run build`; none needs another. */
async function build() {
  const compiler = [at("node_modules", "typescript", "bin", "tsc"), "-p", at("tsconfig.build.json")];
  const parts = [
    ["Building the library", compiler],
    ["Building the program", [at("scripts", "program.mjs")]],
    ["Building the dashboard", [at("scripts", "dashboard.mjs")]],
  ];
  const ends = await Promise.allSettled(parts.map(([what, args]) => run(what, process.execPath, args)));
  const faults = ends.filter(({ status }) => status === "rejected");
  if (faults.length > 0) giveUp(...faults.map(({ reason }) => `Cannot build: ${reason.message}`));
}

checkNode();
await install();
await build();
