/**
 * A log whose lines are notes on the screen: on stderr they would be written across it. What is said when the screen is
 * gone, and what may be the last word before a sudden end, goes to stderr all the same.
 */
import type { Log } from "../../../ports.ts";
import type { WatchEye } from "../eye.ts";

/** State: the eye, what was said before it was there, and errors that are to stand on the first screen. */
export class NoteLog implements Log {
  readonly #write: (line: string) => void;
  #eye: Pick<WatchEye, "note"> | undefined;
  #isOver = false;
  #early: string[] = [];
  #errors: string[] = [];

  /** `write` takes a line for stderr. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** From now on notes go there. */
  begin(eye: Pick<WatchEye, "note">): void {
    this.#eye = eye;
    for (const text of this.#early) eye.note(text, true);
    this.#early = [];
  }

  /** The screen is gone. */
  end(): void {
    this.#isOver = true;
    for (const line of this.#errors) this.#write(line);
    this.#errors = [];
  }

  debug(): void {}

  info(): void {}

  warn(text: string): void {
    if (this.#isOver) this.#write(text);
    else if (this.#eye === undefined) this.#early.push(text);
    else this.#eye.note(text, true);
  }

  error(text: string): void {
    if (!this.#isOver && this.#errors.length < ERRORS_MAX) this.#errors.push(text);
    this.warn(text);
  }
}

/** Errors that stand on the first screen afterwards; the first ones say why. */
const ERRORS_MAX = 20;
