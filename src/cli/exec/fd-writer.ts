/**
 * Writes to one of our own standard streams without standing still.
 *
 * `process.stdout` writes into a pipe synchronously: a reader that pauses would stop our beats, our signals and our
 * connection. Here a write waits elsewhere, and the stream says when it is full.
 */
import { write } from "node:fs";
import { Writable } from "node:stream";

/** Somebody who shares the stream has made it refuse instead of wait: ask again after this. */
const FULL_RETRY_MS = 5;

/** A stream over an open file descriptor, which stays open. Fails with EPIPE when its reader has gone. */
export class FdWriter extends Writable {
  readonly #fd: number;

  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    write(this.#fd, chunk, (error, written) => {
      if (error !== null && error.code !== "EAGAIN") done(error);
      else if (error !== null) setTimeout(() => this._write(chunk, encoding, done), FULL_RETRY_MS);
      else if (written < chunk.length) this._write(chunk.subarray(written), encoding, done);
      else done();
    });
  }
}
