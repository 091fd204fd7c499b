/** A log whose lines are notes on the screen: on stderr they would be written across it. */
import type { Log } from "../../../ports.ts";
import type { WatchEye } from "../eye.ts";

/** State: the eye, and what was said before it was there. */
export class NoteLog implements Log {
  #eye: Pick<WatchEye, "note"> | undefined;
  #early: string[] = [];

  /** From now on notes go there. */
  set eye(eye: Pick<WatchEye, "note">) {
    this.#eye = eye;
    for (const text of this.#early) eye.note(text, true);
    this.#early = [];
  }

  debug(): void {}

  info(): void {}

  warn(text: string): void {
    if (this.#eye === undefined) this.#early.push(text);
    else this.#eye.note(text, true);
  }

  error(text: string): void {
    this.warn(text);
  }
}
