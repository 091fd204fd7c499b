/**
 * The chain head of a replica in its data directory: one small JSON file per cluster, replaced as a whole.
 *
 * It is what an older copy of the store is found out by, so a file that cannot be understood is never overwritten
 * nor passed over: the operator decides. Not for two processes at once: the directory's lock sees to that.
 */
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import type { ChainHead, ChainHeadStore } from "../ports.ts";

/** Raised when the members change their meaning. */
const FORMAT = 1;

export class ChainHeadFile implements ChainHeadStore {
  readonly #clusterId: string;
  /** Where it is kept. */
  readonly path: string;

  /** In a directory; only `save` needs it to exist. */
  constructor(directory: string, clusterId: string) {
    this.#clusterId = clusterId;
    this.path = join(directory, `chain-head-${clusterId}.json`);
  }

  async load(): Promise<ChainHead | undefined> {
    const text = await this.#read();
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#bad(text === "" ? "it is empty" : "it is not JSON");
    }
    const { clusterId, format, ...head } = (value ?? {}) as Record<string, unknown>;
    if (format !== FORMAT) throw this.#bad(`its format is ${JSON.stringify(format)}, not ${FORMAT}`);
    if (clusterId !== this.#clusterId)
      throw this.#bad(`it belongs to the cluster ${JSON.stringify(clusterId)}`);
    if (!isHead(head)) throw this.#bad("a member is missing or of another kind");
    return head;
  }

  async save(head: ChainHead): Promise<void> {
    const beside = `${this.path}.new`;
    try {
      await write(beside, JSON.stringify({ format: FORMAT, clusterId: this.#clusterId, ...head }));
      await rename(beside, this.path);
    } catch (cause) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw new BackbeatError(
        "data-dir-unusable",
        `Cannot write the chain head ${this.path}: ${messageOf(cause)}; make room, or let this user write there`,
        { cause },
      );
    }
  }

  async #read(): Promise<string | undefined> {
    try {
      return await readFile(this.path, "utf8");
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // The directory is no directory: whoever has to write there says so.
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw this.#bad(messageOf(cause));
    }
  }

  #bad(observed: string): BackbeatError {
    const text = `Cannot read the chain head in ${this.path}: ${observed}, expected what reverb has saved there. Restore the file; or move it away, and an older copy of the streams is not noticed at this start`;
    return new BackbeatError("bad-file", text, { data: { path: this.path } });
  }
}

async function write(path: string, text: string): Promise<void> {
  const file: FileHandle = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    // Else a crash of the machine could leave a file of the right name and no content.
    await file.datasync();
  } finally {
    await file.close();
  }
}

const isPlace = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

function isHead(value: Record<string, unknown>): value is Record<string, unknown> & ChainHead {
  const { chains, entry, profile, record, report } = value as Partial<ChainHead>;
  return (
    Array.isArray(chains) &&
    chains.length > 0 &&
    chains.every(isText) &&
    typeof profile === "object" &&
    profile !== null &&
    isPlace(record?.seq) &&
    isText(record?.hash) &&
    (report === undefined || (isText(report.windowId) && isPlace(report.toBeat))) &&
    (entry === undefined || (isText(entry.journalId) && isPlace(entry.seq) && Number.isFinite(entry.timeMs)))
  );
}
