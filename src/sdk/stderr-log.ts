/** The log of an agent that was given none: warnings and errors, one line each on stderr. */
import type { Log } from "../ports.ts";

const nothing = (): void => undefined;

const write = (text: string): void => {
  // A text may hold what a server wrote: control characters must not break the line.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  process.stderr.write(`backbeat: ${text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, " ")}\n`);
};

export const stderrLog: Log = { debug: nothing, info: nothing, warn: write, error: write };
