/**
 * Reads the dashboard's folder once, whole: a fixed map from paths to bytes, bounded in number and size.
 *
 * What is not in the map cannot be asked for. Links are not followed, hidden files and maps of sources are left out.
 */
import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";

/** A dashboard is some ten files of some 100 kB: what is larger is another folder. */
const FILES_MAX = 64;
const BYTES_MAX = 4 * 1024 * 1024;

export interface DashboardFile {
  readonly body: Uint8Array;
  readonly gzip: Uint8Array | undefined;
  readonly tag: string;
}

/** By path; undefined where there is no such folder, or none that can be served: that is said, and the service starts without. */
export function readDashboard(directory: string, log: Log): ReadonlyMap<string, DashboardFile> | undefined {
  try {
    const files = new Map<string, DashboardFile>();
    let bytes = 0;
    for (const path of pathsIn(directory)) {
      const body = readFileSync(join(directory, path));
      bytes += body.length;
      if (files.size >= FILES_MAX || bytes > BYTES_MAX)
        throw new Error(`it has more than ${FILES_MAX} files or ${BYTES_MAX} bytes`);
      files.set(path === "/index.html" ? "/" : path, fileOf(body));
    }
    if (!files.has("/")) throw new Error("it has no index.html");
    return files;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== "ENOENT") log.warn(`Cannot show the dashboard from ${directory}: ${messageOf(error)}`);
    return undefined;
  }
}

function* pathsIn(directory: string, under = ""): Generator<string> {
  for (const entry of readdirSync(join(directory, under), { withFileTypes: true })) {
    if (!isShown(entry)) continue;
    const path = `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* pathsIn(directory, path);
    else if (entry.isFile()) yield path;
  }
}

function isShown({ name }: Dirent): boolean {
  return /^[\w-][\w.-]*$/.test(name) && !name.endsWith(".map");
}

function fileOf(body: Uint8Array): DashboardFile {
  const gzip = gzipSync(body, { level: 9 });
  const tag = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { body, gzip: gzip.length < body.length ? gzip : undefined, tag };
}
