/**
 * Beats to be looped over. Who is slower than the beat is told the newest one, and how many it missed: no backlog.
 */
import type { Beat } from "./beat.ts";

/** State: the beat that nobody has taken yet, and who waits for one. */
export class BeatStream implements AsyncIterableIterator<Beat> {
  readonly #ended: () => void;
  #next: Beat | undefined;
  #waiting: ((result: IteratorResult<Beat>) => void)[] = [];
  #isDone = false;

  /** `ended` is called once, when the loop or the agent ends it. */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  tell(beat: Beat): void {
    if (this.#isDone) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting({ value: beat, done: false });
    else
      this.#next = { ...beat, missed: beat.missed + (this.#next === undefined ? 0 : this.#next.missed + 1) };
  }

  next(): Promise<IteratorResult<Beat>> {
    if (this.#isDone) return Promise.resolve(DONE);
    const beat = this.#next;
    this.#next = undefined;
    if (beat !== undefined) return Promise.resolve({ value: beat, done: false });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Also when the loop is left early. */
  return(): Promise<IteratorResult<Beat>> {
    this.end();
    return Promise.resolve(DONE);
  }

  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#next = undefined;
    for (const waiting of this.#waiting) waiting(DONE);
    this.#waiting = [];
    this.#ended();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const DONE: IteratorResult<Beat> = { value: undefined, done: true };
