import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isUtf16, readTextFile, textOf } from "./text-file.ts";

const MARK = "\uFEFF";
const dir = mkdtempSync(join(tmpdir(), "backbeat-text-"));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function bigEndian(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

describe("readTextFile", () => {
  it("BACKBEAT-REQ-020 readTextFile takes a byte order mark off, once, and leaves all else", () => {
    const path = join(dir, "a.json");
    for (const [written, read] of [
      [`${MARK}{"a":"ü"}\r\n`, '{"a":"ü"}\r\n'],
      [`${MARK}${MARK}x`, `${MARK}x`],
      [`x${MARK}`, `x${MARK}`],
      [MARK, ""],
      ["", ""],
    ] as const) {
      writeFileSync(path, written);
      expect(readTextFile(path)).toBe(read);
    }
  });

  it("BACKBEAT-REQ-020 textOf names UTF-16, with its mark and without", () => {
    for (const bytes of [
      Buffer.from(`${MARK}{"a":1}`, "utf16le"),
      bigEndian(`${MARK}{"a":1}`),
      Buffer.from('{"a":1}', "utf16le"),
      bigEndian('{"a":1}'),
    ])
      expect(() => textOf(bytes)).toThrow(/^it is UTF-16, expected UTF-8: save it as UTF-8$/);
  });

  it("BACKBEAT-REQ-020 isUtf16 takes nothing else for it", () => {
    for (const bytes of [[], [0x7b], [0x7b, 0x7d], [0, 0, 0, 0], [0xef, 0xbb, 0xbf], [0xc3, 0xbc]])
      expect(isUtf16(new Uint8Array(bytes))).toBe(false);
  });

  it("BACKBEAT-REQ-020 readTextFile throws the system's error for what is not there", () => {
    expect(() => readTextFile(join(dir, "absent"))).toThrow(/ENOENT/);
  });
});
