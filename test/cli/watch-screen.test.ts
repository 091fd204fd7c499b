import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { fleetStage } from "../support/fleet-stage.ts";
import { PATIENTLY } from "../support/patience.ts";
import { waitFor } from "../support/wait-for.ts";

const FIRST_SCREEN = "\u001b[?1049l";
const SECOND_SCREEN = "\u001b[?1049h";
const CLEAR = "\u001b[2J";
/** What stands in the last line, once the screen is drawn. */
const LAST_LINE = /^(q ends it|no beat|waiting)/;

/** The lines that stand on the second screen at the end: only what the screen writes is understood. */
function lastScreen(output: string, rows: number): readonly string[] {
  const screen = new Array<string>(rows).fill("");
  for (const part of output.split("\u001b[K")) {
    const [, row, line] = /\[(\d+);1H(.*)$/s.exec(part) ?? [];
    if (row !== undefined) screen[Number(row) - 1] = stripVTControlCharacters(line ?? "");
  }
  return screen;
}

/** `watch` on a terminal of its own. */
interface WatchOnTerminal extends AsyncDisposable {
  /** All that it wrote so far. */
  readonly output: string;
  /** Presses a key. */
  press(key: string): void;
  /** Gives the terminal another size. */
  resize(columns: number, rows: number): void;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/**
 * `script` makes the terminal and starts the shell that `$SHELL` names, so it is told which. What the shell reads
 * before it starts `watch` are sizes for the terminal, from a pipe: nothing but a child of it may change them.
 */
function watchOnTerminal(columns: number, rows: number, flags: readonly string[]): WatchOnTerminal {
  const watch = [process.execPath, "dist/cli/main.js", "watch", ...flags, ...PATIENTLY].join(" ");
  const resizer = "(while read -r columns rows; do stty -F /dev/tty cols $columns rows $rows; done) <&3 &";
  const command = `${resizer} stty cols ${columns} rows ${rows}; ${watch} 3<&-`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "inherit", "pipe"],
  });
  // Pipes all three, because `stdio` says so.
  const [stdin, stdout, , sizes] = child.stdio as unknown as readonly [Writable, Readable, null, Writable];
  let output = "";
  stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    get output() {
      return output;
    },
    press: (key) => void stdin.write(key),
    resize: (columns, rows) => void sizes.write(`${columns} ${rows}\n`),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill();
      sizes.end();
      await ended;
    },
  };
}

it.each([
  [80, 24],
  [200, 60],
])(
  "BACKBEAT-REQ-021 watch on a terminal of %i x %i is a screen that fits, and gives the terminal back",
  async (columns, rows) => {
    await using stage = await fleetStage();
    await stage.answerWith(5);
    await using watch = watchOnTerminal(columns, rows, stage.flags);
    const screen = () => lastScreen(watch.output, rows);
    await waitFor("the beat", () => screen()[0]?.startsWith("backbeat  cluster test  beat 5 ") === true);
    await waitFor("the last line", () => LAST_LINE.test(screen()[rows - 1] ?? ""));
    watch.press("q");
    expect(await watch.ended).toBe(0);
    const { output } = watch;
    expect(Math.max(...screen().map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(output.split(SECOND_SCREEN)).toHaveLength(2);
    // The last words stand on the first screen.
    expect(output.slice(output.indexOf(SECOND_SCREEN)).split(FIRST_SCREEN)).toEqual([
      expect.anything(),
      expect.stringMatching(/1 beat and no report in/),
    ]);
  },
);

it.each([
  [60, 16],
  [150, 50],
])("BACKBEAT-REQ-021 watch fits a terminal that has become %i x %i meanwhile", async (columns, rows) => {
  await using stage = await fleetStage();
  await stage.answerWith(5);
  await using watch = watchOnTerminal(100, 30, stage.flags);
  await waitFor("a screen", () => LAST_LINE.test(lastScreen(watch.output, 30)[29] ?? ""));
  watch.resize(columns, rows);
  // Drawn anew from nothing: what stood there before was laid out for another size.
  const anew = () => lastScreen(watch.output.slice(watch.output.lastIndexOf(CLEAR)), 60);
  await waitFor("a screen of the new size", () => LAST_LINE.test(anew()[rows - 1] ?? ""));
  expect(anew()[0]).toMatch(/^backbeat {2}cluster test/);
  expect(anew().slice(rows).join("")).toBe("");
  expect(Math.max(...anew().map((line) => line.length))).toBeLessThanOrEqual(columns);
  watch.press("q");
  expect(await watch.ended).toBe(0);
});
