/** The frame of the program, tried on the real binary: help, mistakes, what is loaded. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { COMMAND_NAMES } from "../../src/runtime/settings/setting.ts";
import { settingsOf } from "../../src/runtime/settings/table.ts";
import { runProgram } from "../support/program.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLOURS = /\u001b\[/;

describe("backbeat", () => {
  it("BACKBEAT-REQ-020 backbeat --help names every command, on stdout, without colours in a pipe", async () => {
    const { end, stdout, stderr } = await runProgram(["--help"], { env: { FORCE_COLOR: "1" } });
    expect(end).toBe(0);
    expect(stderr).toBe("");
    for (const { name, summary } of COMMANDS) expect(stdout).toContain(`${name.padEnd(12)}${summary}`);
    expect(stdout).not.toMatch(COLOURS);
  });

  it("BACKBEAT-REQ-020 backbeat alone shows its help on stderr and ends with 2", async () => {
    const { end, stdout, stderr } = await runProgram([]);
    expect(end).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: backbeat <command>");
  });

  it.each(["--version", "-v", "version"])(
    "BACKBEAT-REQ-020 backbeat %s tells the package's version",
    async (word) => {
      const manifest = new URL("../../package.json", import.meta.url);
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
      expect(await runProgram([word])).toMatchObject({ end: 0, stdout: `${version}\n` });
    },
  );

  it.each(COMMAND_NAMES)(
    "BACKBEAT-REQ-020 backbeat %s --help tells each option, its default and examples",
    async (name) => {
      const { end, stdout } = await runProgram([name, "--help"]);
      expect(end).toBe(0);
      for (const [, row] of settingsOf(name)) expect(stdout).toContain(`--${row.flag}`);
      expect(stdout).toContain("Examples:\n  ");
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
      expect((await runProgram(["help", name])).stdout).toBe(stdout);
    },
  );

  it("BACKBEAT-REQ-020 backbeat loads no package for help, a mistake or a claim", async () => {
    const hook = join(folder, "told.mjs");
    const loader =
      "export async function load(url, context, next) { console.error('LOADED ' + url); return next(url, context); }";
    writeFileSync(
      hook,
      `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(loader)}");`,
    );
    const claim = ["claim", "idle", "--nats", "nats://127.0.0.1:1", "--wait", "0"];
    const chunks = new Set<string>();
    for (const args of [["--help"], ["reverb", "--help"], ["reverb", "--bar-length", "0"], claim]) {
      const { stderr } = await runProgram(args, { nodeArgs: ["--import", hook] });
      const loaded = stderr.split("\n").filter((line) => line.startsWith("LOADED "));
      expect(loaded.some((url) => url.endsWith("/dist/cli/main.js"))).toBe(true);
      expect(loaded.filter((url) => url.includes("node_modules"))).toEqual([]);
      for (const url of loaded) chunks.add(/\/dist\/cli\/(\w+)/.exec(url)?.[1] ?? "");
    }
    expect([...chunks]).toContain("claim");
  });

  it("BACKBEAT-REQ-020 backbeat tells all mistakes at once and ends with 2, before anything is started", async () => {
    const args = ["reverb", "-bar-length=0", "--clustr", "x", "--nats", "ftp://u:hunter2@h", "extra"];
    const { end, stdout, stderr } = await runProgram(args, {
      env: { BACKBEAT_LOG_LEVEL: "loud" },
      cwd: folder,
    });
    expect(end).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      [
        "Cannot start backbeat reverb: 5 mistakes in what was given.",
        "  --clustr is no option of this command; did you mean --cluster?",
        "  extra is not expected here",
        '  --bar-length is "0", expected a whole number from 1 to 100000 beats',
        '  BACKBEAT_LOG_LEVEL is "loud", expected one of trace, debug, info, warn, error',
        "  --nats ftp://***@h: scheme ftp:// is not known, write nats:// or tls://",
        "See backbeat reverb --help.",
        "",
      ].join("\n"),
    );
  });

  it("BACKBEAT-REQ-020 backbeat suggests the command that was meant, and ends with 2", async () => {
    expect(await runProgram(["rverb"])).toEqual({
      end: 2,
      stdout: "",
      stderr: 'Cannot run "rverb": there is no such command; did you mean reverb?\n',
    });
    expect((await runProgram(["dance"])).stderr).toContain("expected one of up, reverb,");
    expect((await runProgram(["help", "dance"])).end).toBe(2);
  });

  it("BACKBEAT-REQ-020 backbeat says in one line that a data directory cannot be used, and ends with 1", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const { end, stderr } = await runProgram(["reverb", "--data-dir", file, "--http", "127.0.0.1:0"], {
      cwd: folder,
    });
    expect(end).toBe(1);
    expect(stderr).toContain(`Cannot use data directory ${file}: a file of that name is in the way`);
    expect(stderr).not.toContain("    at ");
  });
});
