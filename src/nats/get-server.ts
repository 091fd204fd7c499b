/**
 * A nats-server binary, fetched into the user's cache where the machine has none.
 *
 * On Debian and Ubuntu the distribution's package is downloaded and unpacked, which needs no root and installs
 * nothing. Elsewhere the error says how to install it. The binary appears in the cache by one rename, so two
 * processes that fetch at once do not disturb each other, and a broken download is never found later.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import { cachedServerPath, cacheFolder, type Environment, findServer } from "./find-server.ts";

/** A fetch that takes longer than this says what it does, so that nobody thinks we hang. */
const SAY_AFTER_MS = 2_000;
/** A package is 4 MB and the lists are 10 MB: minutes mean that the network does not work. */
const COMMAND_TIMEOUT_MS = 180_000;
/** The end of a failed command's output says why; the rest is noise. */
const OUTPUT_KEPT_CHARS = 400;

/**
 * The path of a nats-server: found (find-server.ts), else fetched into the cache.
 * @throws BackbeatError `nats-server-missing`, saying what to do next
 */
export async function getServer(
  setting: string | undefined,
  log: Log,
  env: Environment = process.env,
): Promise<string> {
  const found = findServer(setting, env);
  if (found !== undefined) return found.path;
  const slow = setTimeout(() => {
    log.info("Fetching nats-server into the cache; this happens once", { folder: cacheFolder(env) });
  }, SAY_AFTER_MS);
  try {
    const path = await fetchWithApt(env);
    log.info("Fetched nats-server into the cache", { path });
    return path;
  } catch (cause) {
    throw missing(messageOf(cause), cause);
  } finally {
    clearTimeout(slow);
  }
}

async function fetchWithApt(env: Environment): Promise<string> {
  mkdirSync(cacheFolder(env), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(env), "fetching-"));
  try {
    await downloadPackage(work, env);
    const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get downloaded no package");
    await run("dpkg", ["-x", archive, "unpacked"], { cwd: work, env });
    const binary = ["usr/sbin/nats-server", "usr/bin/nats-server"]
      .map((name) => join(work, "unpacked", name))
      .find((path) => existsSync(path));
    if (binary === undefined) throw new Error(`${archive} holds no nats-server`);
    chmodSync(binary, 0o755);
    renameSync(binary, cachedServerPath(env));
    return cachedServerPath(env);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** With the machine's package lists; where those are empty or old, with lists of our own that need no root. */
async function downloadPackage(work: string, env: Environment): Promise<void> {
  // Without this, apt as root complains that its unprivileged user cannot write into our folder.
  const sandbox = ["-o", "APT::Sandbox::User=root"];
  const download = ["download", "nats-server"];
  try {
    await run("apt-get", [...sandbox, "-q", ...download], { cwd: work, env });
  } catch (cause) {
    if (isNoSuchCommand(cause)) throw cause;
    mkdirSync(join(work, "lists", "partial"), { recursive: true });
    mkdirSync(join(work, "cache"), { recursive: true });
    const own = [
      "-o",
      `Dir::State::lists=${join(work, "lists")}`,
      "-o",
      `Dir::Cache=${join(work, "cache")}`,
      ...sandbox,
      "-q",
    ];
    await run("apt-get", [...own, "update"], { cwd: work, env });
    await run("apt-get", [...own, ...download], { cwd: work, env });
  }
}

/** Resolves when the command ends with 0; rejects with the end of what it said. */
function run(
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

function isNoSuchCommand(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

function missing(observed: string, cause: unknown): BackbeatError {
  const how =
    platform() === "darwin"
      ? "run `brew install nats-server`"
      : "install it (Debian, Ubuntu: `apt install nats-server`; others: https://docs.nats.io/running-a-nats-service/introduction/installation)";
  return new BackbeatError(
    "nats-server-missing",
    `Cannot start nats-server: none found on this machine and fetching it failed (${observed}); ${how}, name the binary with --nats-server, or name a running server with --nats`,
    { cause },
  );
}
