/**
 * The checkpoint in a data directory: one file, replaced as a whole or not at all.
 *
 *   magic and format · length of the header · header (JSON) · state · SHA-256 over all before it
 *
 * Written beside and renamed when it is on disk; hashed and written in slices, so the process goes on breathing.
 * Whatever is wrong with a file that is read is an error with its reason, and the caller goes on without: it is a
 * cache. Not for two processes at once: the directory's lock sees to that.
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BackbeatError, messageOf } from "../errors.ts";
import type { Checkpoint, CheckpointHeader, CheckpointStore } from "../ports.ts";

const FILE = "checkpoint";
const MAGIC = "BBCKPT";
/** Raised with every change of this layout; that of the state is its own concern. */
const FORMAT = 1;
const PREFIX_BYTES = 12;
const HASH_BYTES = 32;
/** Far above what the largest fleet that is checkpointed needs: what is larger is none of ours. */
const FILE_BYTES_MAX = 2 ** 30;
/** Hashed at once: about 2 ms. */
const SLICE_BYTES = 1 << 20;

export class CheckpointFile implements CheckpointStore {
  readonly #path: string;

  /** In a directory that exists. */
  constructor(directory: string) {
    this.#path = join(directory, FILE);
  }

  async load(): Promise<Checkpoint | undefined> {
    const bytes = await this.#read();
    return bytes && (await this.#parse(bytes));
  }

  async save(header: CheckpointHeader, state: readonly Uint8Array[]): Promise<void> {
    const beside = `${this.#path}.${process.pid}`;
    try {
      await write(beside, header, state);
      await rename(beside, this.#path);
    } catch (cause) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw new BackbeatError(
        "data-dir-unusable",
        `Cannot write the checkpoint ${this.#path}: ${messageOf(cause)}; make room, or let this user write there`,
        { cause },
      );
    }
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      const { size } = await stat(this.#path);
      if (size > FILE_BYTES_MAX) throw this.#bad(`it has ${size} bytes, at most ${FILE_BYTES_MAX} are read`);
      return await readFile(this.#path);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw cause instanceof BackbeatError ? cause : this.#bad(messageOf(cause));
    }
  }

  async #parse(bytes: Uint8Array): Promise<Checkpoint> {
    if (bytes.length < PREFIX_BYTES + HASH_BYTES) throw this.#bad("it ends too early");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
      throw this.#bad("it does not begin as one");
    const format = view.getUint16(MAGIC.length, true);
    if (format !== FORMAT) throw this.#bad(`its format is ${format}, this program has ${FORMAT}`);
    const end = bytes.length - HASH_BYTES;
    const hash = createHash("sha256");
    await update(hash, bytes.subarray(0, end));
    if (Buffer.compare(hash.digest(), bytes.subarray(end)) !== 0) throw this.#bad("its checksum is wrong");
    const headerEnd = PREFIX_BYTES + view.getUint32(MAGIC.length + 2, true);
    const header = JSON.parse(
      new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, headerEnd)),
    ) as CheckpointHeader;
    return { header, state: bytes.subarray(headerEnd, end) };
  }

  #bad(why: string): BackbeatError {
    return new BackbeatError("bad-file", `Cannot use the checkpoint ${this.#path}: ${why}`);
  }
}

async function write(path: string, header: CheckpointHeader, state: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    const hash = createHash("sha256");
    for (const piece of [prefixOf(header), ...state]) {
      await update(hash, piece);
      await writeAll(file, piece);
    }
    await writeAll(file, hash.digest());
    // Else a crash of the machine could leave a file of the right name and no content.
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A full volume takes a part and says so only for the next write. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

async function update(hash: Hash, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
    if (at + SLICE_BYTES < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

function prefixOf(header: CheckpointHeader): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(PREFIX_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint16(MAGIC.length, FORMAT, true);
  view.setUint32(MAGIC.length + 2, text.length, true);
  bytes.set(text, PREFIX_BYTES);
  return bytes;
}
