/**
 * Files that are whole or not there: written beside, forced to disk, then renamed into place. A crash of the
 * process or the machine leaves the old content or the new one, never a part.
 *
 * One writer per file is taken for granted (data-lock.ts sees to it).
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Replaces the content of `path`. Takes a few ms: it waits for the disk. @throws the system's error */
export function writeAtomically(path: string, text: string): void {
  const beside = `${path}.new`;
  writeDurably(beside, text);
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Writes a file and waits until the disk has it. */
export function writeDurably(path: string, text: string): void {
  const file = openSync(path, "w");
  try {
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
