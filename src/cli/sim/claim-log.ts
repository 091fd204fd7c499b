/**
 * A file with each claim and what became of it, one JSON object a line: what a test holds a report against.
 *
 * Written synchronously in blocks, so that what is counted is also in the file when the process ends.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { StatusClaim } from "../../contracts/status-claim.ts";
import { BackbeatError, messageOf } from "../../errors.ts";
import type { ClaimResult } from "./beat-record.ts";

/** Lines in a block: some 300 kB, a write of a millisecond. */
const BLOCK_LINES = 1_000;

/** State: an open file and the lines that are not yet in it. */
export class ClaimLog {
  readonly #path: string;
  readonly #file: number;
  #lines: string[] = [];

  /** Begins the file anew. @throws BackbeatError `bad-file` */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#attempt(() => openSync(path, "w"));
  }

  /** @throws BackbeatError `bad-file` when a block is full and cannot be written */
  add(claim: StatusClaim, result: ClaimResult): void {
    this.#lines.push(`${JSON.stringify({ result, claim })}\n`);
    if (this.#lines.length >= BLOCK_LINES) this.write();
  }

  /** Writes what is left. @throws BackbeatError `bad-file` */
  write(): void {
    const block = Buffer.from(this.#lines.join(""));
    this.#lines = [];
    this.#attempt(() => {
      // A write may take a part only.
      for (let at = 0; at < block.length; ) at += writeSync(this.#file, block, at);
    });
  }

  /** @throws BackbeatError `bad-file` */
  close(): void {
    this.write();
    closeSync(this.#file);
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const text = `Cannot write the claims to ${this.#path}: ${messageOf(cause)}; --log takes a file that can be written`;
      throw new BackbeatError("bad-file", text, { cause });
    }
  }
}
