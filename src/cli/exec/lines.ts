/**
 * The lines in a stream of bytes that is passed on elsewhere: for looking at, so what is no text may be lost here.
 *
 * A progress bar rewrites its line with a carriage return, so that ends a line too. Colours and other control
 * characters are dropped. Memory is bounded by the longest line that is looked at.
 */

/** Nobody reads progress in a longer line; the rest of it is not looked at. */
const LINE_CHARACTERS_MAX = 4_096;

const LINE_END = /[\r\n]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** State: the line that is not yet complete. */
export class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #open = "";

  /** `take` hears each line that is not empty, without its end. */
  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    const parts = this.#decoder.decode(chunk, { stream: true }).split(LINE_END);
    const last = parts.pop() ?? "";
    for (const part of parts) {
      this.#extend(part);
      this.#end();
    }
    this.#extend(last);
  }

  /** The stream has ended: what was begun is a line. */
  end(): void {
    this.#end();
  }

  #extend(part: string): void {
    const room = LINE_CHARACTERS_MAX - this.#open.length;
    if (room > 0) this.#open += part.slice(0, room);
  }

  #end(): void {
    const line = this.#open.replaceAll(ESCAPES, "").replaceAll(CONTROLS, "");
    this.#open = "";
    if (line !== "") this.#take(line);
  }
}
