import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claim, frame, report } from "../../test/contracts/example-messages.ts";
import { runValidate, type ValidateOptions } from "./validate.ts";

const samples = fileURLToPath(new URL("../../schemas/samples/", import.meta.url));

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backbeat-validate-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A stream that keeps what is written to it, and takes its time: it is full after every line. */
function kept(): { readonly stream: Writable; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      setImmediate(done);
    },
  });
  return { stream, text: () => chunks.join("").replaceAll(`${folder}/`, "") };
}

async function validate(
  names: readonly string[],
  options: ValidateOptions = {},
  stdin: Readable = Readable.from([]),
) {
  const [stdout, stderr] = [kept(), kept()];
  const code = await runValidate(names, options, { stdin, stdout: stdout.stream, stderr: stderr.stream });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const KINDS = ["beatframe", "statusclaim", "barreport"] as const;

describe("OBS-003 runValidate", () => {
  it.each(KINDS)("passes all valid samples of %s, strictly and leniently", async (kind) => {
    const count = readdirSync(`${samples}${kind}/valid`).length;
    for (const strict of [true, false]) {
      const { code, stdout, stderr } = await validate([`${samples}${kind}/valid`], { strict });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toBe(`${count} messages in ${count} files: ${count} valid\n`);
    }
  });

  it.each(KINDS)("names every invalid sample of %s when it is strict", async (kind) => {
    const files = readdirSync(`${samples}${kind}/invalid`);
    const { code, stdout } = await validate([`${samples}${kind}/invalid`], { strict: true });
    expect(code).toBe(1);
    for (const file of files) expect(stdout).toContain(`/${kind}/invalid/${file}:`);
    expect(stdout.split("\n").length).toBe(files.length + 2);
  });

  it("tells of bent messages in the summary, and passes them", async () => {
    const file = write("bent.json", JSON.stringify({ ...claim, state: "waiting", notes: null }));
    expect(await validate([file])).toEqual({
      code: 0,
      stdout: "1 message in 1 file: 1 bent (null-member 1, state-alias 1)\n",
      stderr: "",
    });
    expect((await validate([file], { strict: true })).code).toBe(1);
  });

  it("names file and line of each bad message, then the sums", async () => {
    const good = JSON.stringify(frame);
    const late = JSON.stringify({ ...claim, beats_left: 1001 });
    const lines = write("a.jsonl", `${good}\n\n${late}\n{"type"\n`);
    const array = write("b.json", JSON.stringify([report, { ...report, to_beat: -1 }], undefined, 2));
    expect(await validate([lines, array])).toEqual({
      code: 1,
      stdout: [
        "a.jsonl:3: /beats_left: out-of-limits — is 1001, must be <= 1000",
        "a.jsonl:4: message: not-json — is not JSON in UTF-8: Expected ':' after property name in JSON at position 7",
        "b.json:13: /to_beat: out-of-limits — is -1, must be >= 0 (entry 2)",
        "5 messages in 2 files: 2 valid, 3 refused (not-json 1, out-of-limits 2)\n",
      ].join("\n"),
      stderr: "",
    });
  });

  it("writes one JSON object per line with json", async () => {
    const file = write("a.json", JSON.stringify({ ...claim, hlc: "now" }));
    const { stdout } = await validate([file], { json: true, colour: true });
    const [finding, sums, end] = stdout.split("\n");
    expect(JSON.parse(finding as string)).toMatchObject({ line: 1, member: "/hlc", reason: "out-of-limits" });
    expect(JSON.parse(sums as string)).toMatchObject({ summary: { messages: 1, refused: 1 } });
    expect(end).toBe("");
  });

  it("colours its lines when told to", async () => {
    const file = write("a.json", "{}");
    const ESC = String.fromCharCode(27);
    expect((await validate([file], { colour: true })).stdout).toContain(`${ESC}[31mwrong-message-type`);
    expect((await validate([file])).stdout).not.toContain(ESC);
  });

  it("reads standard input in any layout", async () => {
    const pretty = JSON.stringify(claim, undefined, 2);
    const lines = `${JSON.stringify(claim)}\n${JSON.stringify(frame)}\n`;
    for (const [text, messages] of [
      [pretty, "1 message"],
      [`[${pretty},${pretty}]`, "2 messages"],
      [lines, "2 messages"],
    ] as const) {
      const bytes = Array.from(Buffer.from(text), (byte) => Buffer.from([byte]));
      const { code, stdout } = await validate(["-"], {}, Readable.from(bytes));
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toContain(`${messages} in 1 file:`);
    }
  });

  it("ends with 2 and tells all mistakes at once, but checks what can be checked", async () => {
    const bad = write("bad.json", "{}");
    const empty = write("empty.json", "");
    const blank = write("blank.jsonl", "\n \n");
    const hollow = write("hollow.json", "[ ]");
    const missing = join(folder, "missing.json");
    const { code, stdout, stderr } = await validate([missing, empty, bad, blank, hollow, "-"]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^bad.json:1: .*\n1 message in 1 file: 1 refused \(wrong-message-type 1\)\n$/);
    const none = "it holds no message, expected at least one";
    expect(stderr).toBe(
      [
        "Cannot validate missing.json: there is no such file, expected files, directories or - for standard input",
        ...["empty.json", "blank.jsonl", "hollow.json"].map((name) => `Cannot validate ${name}: ${none}`),
        `Cannot validate stdin: ${none}\n`,
      ].join("\n"),
    );
  });

  it("ends with 2 when it is told nothing, and prints no sums", async () => {
    expect(await validate([])).toMatchObject({ code: 2, stdout: "" });
  });

  it("ends with 2 when reading breaks off, and keeps what it has found", async () => {
    const breaking = Readable.from(
      (function* () {
        yield Buffer.from('{"type":"?"}\n{"type');
        throw new Error("the cable was cut");
      })(),
    );
    const { code, stdout, stderr } = await validate(["-"], {}, breaking);
    expect(code).toBe(2);
    expect(stdout).toContain("stdin:1: /type: wrong-message-type");
    expect(stderr).toBe("Cannot validate stdin: the cable was cut\n");
  });

  it("rejects when its output fails, and blames no file", async () => {
    const file = write("bad.json", "{}");
    const broken = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        setImmediate(done, new Error("nobody reads"));
      },
    });
    const stderr = kept();
    const io = { stdin: Readable.from([]), stdout: broken, stderr: stderr.stream };
    await expect(runValidate([file], {}, io)).rejects.toThrow("nobody reads");
    expect(stderr.text()).toBe("");
  });

  it("keeps what a file name holds from steering the terminal", async () => {
    const file = write("bad\u001b[2J.json", "{}");
    const { stdout } = await validate([file, `${folder}/\u001b[1mgone.json`]);
    expect(stdout).toContain("bad\\u{1b}[2J.json:1:");
    expect(stdout).not.toContain("\u001b");
  });
});
