/**
 * Files that are whole or not there: written beside, forced to disk, then renamed into place. A crash of the
 * process or the machine leaves the old content or the new one, never a part.
 *
 * One writer per file is taken for granted (data-lock.ts sees to it).
 */
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface FileOptions {
  /** Who may read and write it; default: what the process gives to new files. */
  readonly mode?: number;
}

/** Replaces the content of `path`. Takes a few ms: it waits for the disk. @throws the system's error */
export function writeAtomically(path: string, text: string, options: FileOptions = {}): void {
  const beside = `${path}.new`;
  writeDurably(beside, text, options);
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Writes a file and waits until the disk has it. */
export function writeDurably(path: string, text: string, { mode }: FileOptions = {}): void {
  const file = openSync(path, "w", mode);
  try {
    // One that was left by a crash keeps the mode that it has.
    if (mode !== undefined) fchmodSync(file, mode);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a rename last; Windows has no such call and does without. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
