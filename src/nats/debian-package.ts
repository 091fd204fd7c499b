/**
 * nats-server out of the distribution's package, on Debian, Ubuntu and their kin: downloaded and unpacked into a
 * folder, which needs no root and installs nothing. apt checks the package against the signed lists.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./find-server.ts";
import { runCommand } from "./run-command.ts";

/** Without this, apt as root complains that its unprivileged user cannot write into our folder. */
const SANDBOX = ["-o", "APT::Sandbox::User=root"];
const DOWNLOAD = ["download", "nats-server"];

/** Puts the package's content under the existing folder `work`; gives the path of the binary. */
export async function unpackDebianPackage(work: string, env: Environment): Promise<string> {
  const options = { cwd: work, env };
  try {
    await runCommand("apt-get", [...SANDBOX, "-q", ...DOWNLOAD], options);
  } catch (cause) {
    if (isNoSuchCommand(cause)) throw new Error("there is no apt-get", { cause });
    await downloadWithOwnLists(work, env);
  }
  const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Error("apt-get downloaded no package");
  await runCommand("dpkg", ["-x", archive, "unpacked"], options);
  const binary = ["usr/sbin/nats-server", "usr/bin/nats-server"]
    .map((name) => join(work, "unpacked", name))
    .find((path) => existsSync(path));
  if (binary === undefined) throw new Error(`the package ${archive} holds no nats-server`);
  return binary;
}

/** The machine's lists may be empty (containers) or name a version that is gone; ours need no root and touch nothing. */
async function downloadWithOwnLists(work: string, env: Environment): Promise<void> {
  const lists = join(work, "lists");
  const cache = join(work, "cache");
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(cache, { recursive: true });
  const own = ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache=${cache}`, ...SANDBOX, "-q"];
  await runCommand("apt-get", [...own, "update"], { cwd: work, env });
  await runCommand("apt-get", [...own, ...DOWNLOAD], { cwd: work, env });
}

function isNoSuchCommand(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
