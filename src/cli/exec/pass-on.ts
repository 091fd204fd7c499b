/** Passes a command's output on, byte for byte and no faster than it is taken, and lets somebody look at it. */
import type { Readable, Writable } from "node:stream";

/**
 * A command may leave processes behind that keep its output open; when it has ended and nothing came for so long,
 * we go. What it wrote itself is there at once.
 */
const QUIET_AFTER_END_MS = 500;

const NOTHING = Buffer.alloc(0);

export interface PassOnOptions {
  readonly target: Writable;
  readonly look: (chunk: Buffer) => void;
  /** Resolves when the command has ended. */
  readonly ended: Promise<unknown>;
}

/** Resolves when everything was passed on, or nobody takes it any more: what the command then writes fails. */
export function passOn(source: Readable, { ended, look, target }: PassOnOptions): Promise<void> {
  return new Promise((resolve) => {
    let quiet: NodeJS.Timeout | undefined;
    let hasEnded = false;
    let isFinished = false;
    const finish = (): void => {
      if (isFinished) return;
      isFinished = true;
      clearTimeout(quiet);
      source.destroy();
      // Called when all that was written before it has gone, or cannot go.
      target.write(NOTHING, () => resolve());
    };
    const watchForQuiet = (): void => {
      clearTimeout(quiet);
      if (!hasEnded || isFinished) return;
      quiet = setTimeout(() => (target.writableLength > 0 ? watchForQuiet() : finish()), QUIET_AFTER_END_MS);
    };
    source.on("data", (chunk: Buffer) => {
      look(chunk);
      watchForQuiet();
    });
    source.once("end", finish).once("error", finish);
    // Stays: writing after a failure fails once more.
    target.on("error", finish);
    source.pipe(target, { end: false });
    void ended.then(() => {
      hasEnded = true;
      watchForQuiet();
    });
  });
}
