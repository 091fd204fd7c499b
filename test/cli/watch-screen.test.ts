import { execFile } from "node:child_process";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { fleetStage } from "../support/fleet-stage.ts";

const run = promisify(execFile);

/** The lines that stand on the second screen at the end: only what the screen writes is understood. */
function lastScreen(output: string, rows: number): readonly string[] {
  const screen = new Array<string>(rows).fill("");
  for (const part of output.split("\u001b[K")) {
    const [, row, line] = /\[(\d+);1H(.*)$/s.exec(part) ?? [];
    if (row !== undefined) screen[Number(row) - 1] = stripVTControlCharacters(line ?? "");
  }
  return screen;
}

it.each([
  [80, 24],
  [200, 60],
])(
  "BACKBEAT-REQ-021 watch on a terminal of %i x %i is a screen that fits, and gives the terminal back",
  async (columns, rows) => {
    await using stage = await fleetStage();
    await stage.answerWith(5);
    const watch = [process.execPath, "dist/cli/main.js", "watch", ...stage.flags].join(" ");
    // Ends by itself: nobody presses a key. `script` makes the terminal.
    const command = `stty cols ${columns} rows ${rows}; timeout -s INT 4 ${watch}`;
    const { stdout } = await run("script", ["-qec", command, "/dev/null"], {
      env: { ...process.env, TERM: "xterm-256color" },
    }).catch((ended: { readonly stdout: string }) => ended);
    expect(stdout).toContain("\u001b[?1049h");
    expect(stdout.indexOf("\u001b[?1049l")).toBeGreaterThan(stdout.indexOf("\u001b[?1049h"));
    const screen = lastScreen(stdout, rows);
    expect(screen[0]).toMatch(/^backbeat {2}cluster test {2}beat 5 /);
    expect(screen[rows - 1]).toMatch(/^(q ends it|no beat|waiting)/);
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThanOrEqual(columns);
    // The last words stand on the first screen.
    expect(stdout.slice(stdout.indexOf("\u001b[?1049l"))).toMatch(/1 beat and no report in/);
  },
);
