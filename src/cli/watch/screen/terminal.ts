/**
 * A terminal as a page: its second screen, on which only lines that changed are written, so that nothing flickers. What
 * was on the first screen is there again afterwards, however the program ends.
 */
import type { ReadStream, WriteStream } from "node:tty";
import type { CommandContext } from "../../command.ts";
import type { ScreenSize } from "./screen-lines.ts";

/** Where a screen can be: both are terminals. */
export interface TerminalStreams {
  readonly output: WriteStream;
  readonly input: ReadStream;
}

/** The terminal that a command was started on; undefined where one of its ends is none. */
export function terminalOf({
  stdin,
  stdout,
}: Pick<CommandContext, "stdin" | "stdout">): TerminalStreams | undefined {
  const [input, output] = [stdin as ReadStream, stdout as WriteStream];
  return input.isTTY === true && output.isTTY === true ? { input, output } : undefined;
}

const ESC = "\u001b[";
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}2J`;
const LEAVE = `${ESC}?25h${ESC}?1049l`;
const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";

/** What a key press means. */
export type Key = "quit" | "up" | "down" | "page-up" | "page-down" | "home";

const KEYS: ReadonlyMap<string, Key> = new Map([
  ["q", "quit"],
  ["Q", "quit"],
  [CTRL_C, "quit"],
  [`${ESC}A`, "up"],
  ["k", "up"],
  [`${ESC}B`, "down"],
  ["j", "down"],
  [`${ESC}5~`, "page-up"],
  [`${ESC}6~`, "page-down"],
  [" ", "page-down"],
  [`${ESC}H`, "home"],
  ["g", "home"],
]);

/** The presses in what a terminal sent at once: a held key, or an impatient hand, sends several. */
function pressesIn(chunk: string): readonly string[] {
  const presses: string[] = [];
  for (let at = 0; at < chunk.length; at += presses.at(-1)?.length ?? 1) {
    const rest = chunk.slice(at);
    const sequence = rest.startsWith(ESC) ? /^.\[\d*[A-Z~]/s.exec(rest)?.[0] : undefined;
    presses.push(sequence ?? rest.slice(0, 1));
  }
  return presses;
}

export interface TerminalEvents {
  key(key: Key): void;
  resized(): void;
  /** The first screen is there again, for good, however that came. */
  closed(): void;
}

/** State: the lines that stand there. */
export class Terminal {
  readonly #streams: TerminalStreams;
  readonly #onData: (chunk: Buffer) => void;
  readonly #onResize: () => void;
  readonly #events: TerminalEvents;
  readonly #onExit: () => void;
  /** Whoever stopped the program had the first screen meanwhile. */
  readonly #onContinue: () => void;
  #lines: readonly string[] = [];
  #isOpen = true;

  constructor(streams: TerminalStreams, events: TerminalEvents) {
    this.#streams = streams;
    this.#events = events;
    this.#onData = (chunk) => {
      for (const press of pressesIn(chunk.toString())) {
        const key = KEYS.get(press);
        if (press === CTRL_Z) this.#suspend();
        else if (key !== undefined) events.key(key);
      }
    };
    this.#onResize = () => {
      // Whatever the terminal made of what stood there: it is written anew.
      this.#lines = [];
      streams.output.write(`${ESC}2J`);
      events.resized();
    };
    this.#onExit = () => this.close();
    this.#onContinue = () => {
      streams.input.setRawMode(true);
      streams.output.write(ENTER);
      this.#onResize();
    };
    process.on("SIGCONT", this.#onContinue);
    streams.output.write(ENTER);
    streams.output.on("resize", this.#onResize);
    streams.input.setRawMode(true);
    streams.input.on("data", this.#onData);
    streams.input.resume();
    process.once("exit", this.#onExit);
  }

  get size(): ScreenSize {
    return { columns: this.#streams.output.columns, rows: this.#streams.output.rows };
  }

  /** Writes what differs. A terminal that does not take it yet is spared this picture: the next one has all of it. */
  show(lines: readonly string[]): void {
    if (!this.#isOpen || this.#streams.output.writableNeedDrain) return;
    const changed = lines.flatMap((line, row) =>
      line === this.#lines[row] ? [] : [`${ESC}${row + 1};1H${line}${ESC}K`],
    );
    this.#lines = lines;
    if (changed.length > 0) this.#streams.output.write(changed.join(""));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { input, output } = this.#streams;
    process.off("exit", this.#onExit);
    process.off("SIGCONT", this.#onContinue);
    output.off("resize", this.#onResize);
    input.off("data", this.#onData);
    input.setRawMode(false);
    input.pause();
    output.write(LEAVE);
    this.#events.closed();
  }

  /** Gives the first screen back and stops, as a shell's user expects; goes on with SIGCONT. */
  #suspend(): void {
    const { input, output } = this.#streams;
    input.setRawMode(false);
    output.write(LEAVE);
    process.kill(process.pid, "SIGTSTP");
  }
}
