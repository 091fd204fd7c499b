/**
 * The data directory: where a node keeps its id, its timeline and its locks.
 *
 * Made where it is missing. It holds no secret.
 */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, statSync, unlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import { readTextFile } from "../text-file.ts";
import { writeDurably } from "./atomic-file.ts";

/** Short enough to type, and 65,000 nodes before two are likely to draw the same. */
const NODE_ID_BYTES = 4;

/** Makes the directory if it is missing and answers its full path. @throws BackbeatError `data-dir-unusable` */
export function openDataDir(path: string): string {
  const directory = resolve(path);
  try {
    makeDirectory(directory);
  } catch (cause) {
    throw unusable(directory, cause);
  }
  return directory;
}

/**
 * Folder by folder from the top: where a file system refuses new folders with ENOENT (/proc does), Node's own
 * recursive mkdir tries for ever.
 */
function makeDirectory(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found === undefined && dirname(directory) !== directory) makeDirectory(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (cause) {
    const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isThere) throw cause;
  }
}

/**
 * The id of this node: made once (`node-` and 8 hex digits), then the same for ever. Processes that start at
 * once agree on one.
 * @throws BackbeatError `data-dir-unusable`, `bad-file` where the file holds no id
 */
export function nodeIdIn(directory: string): string {
  const path = join(directory, "node-id");
  const fresh = `node-${randomBytes(NODE_ID_BYTES).toString("hex")}`;
  const kept = readNodeId(path) ?? createNodeId(path, fresh) ?? readNodeId(path);
  if (kept !== undefined && /^[a-zA-Z0-9_-]{1,64}$/.test(kept)) return kept;
  const observed = kept === "" ? "it is empty" : `it holds ${JSON.stringify(kept ?? "").slice(0, 80)}`;
  throw badNodeId(path, `${observed}, expected 1 to 64 letters, digits, _ or -`);
}

function badNodeId(path: string, what: string): BackbeatError {
  const text = `Cannot read the node id in ${path}: ${what}. Remove the file to have a new id made`;
  return new BackbeatError("bad-file", text, { data: { path } });
}

function readNodeId(path: string): string | undefined {
  try {
    return readTextFile(path).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (cause instanceof BackbeatError) throw badNodeId(path, cause.message);
    throw unusable(path, cause);
  }
}

/** Undefined if another process was faster. */
function createNodeId(path: string, nodeId: string): string | undefined {
  const beside = `${path}.${nodeId}`;
  try {
    writeDurably(beside, `${nodeId}\n`);
    // Unlike a rename, a link never replaces what another process has made meanwhile.
    linkSync(beside, path);
    return nodeId;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw unusable(path, cause);
  } finally {
    removeIfThere(beside);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It could not be made in the first place; that error is told.
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of this user is used up",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file of that name is in the way",
};

/** One clear line for whatever goes wrong with a data directory or a file in it. */
export function unusable(path: string, cause: unknown): BackbeatError {
  const { code = "" } = cause as { readonly code?: string };
  const reason = REASONS[code] ?? messageOf(cause);
  const text = `Cannot use data directory ${path}: ${reason}, expected a directory that this process can write. Choose another with --data-dir`;
  return new BackbeatError("data-dir-unusable", text, { data: { path, code }, cause });
}
