import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeIdIn, openDataDir } from "./data-dir.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backbeat-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("openDataDir", () => {
  it("BACKBEAT-REQ-002 openDataDir makes what is missing and answers a full path", () => {
    const path = join(folder, "a", "b");
    expect(openDataDir(path)).toBe(path);
    expect(openDataDir(path)).toBe(path);
    expect(openDataDir(".").startsWith("/") || process.platform === "win32").toBe(true);
  });

  it("BACKBEAT-REQ-002 openDataDir says in one line why it cannot", () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of ["file", "file/below"]) {
      const act = (): string => openDataDir(join(folder, path));
      expect(act).toThrow(expect.objectContaining({ code: "data-dir-unusable" }));
      expect(act).toThrow(/^Cannot use data directory .*file.*: a .* Choose another with --data-dir$/);
    }
  });
});

describe("openDataDir where no folder can be made", () => {
  it.runIf(process.platform === "linux")("BACKBEAT-REQ-002 says so instead of trying for ever", () => {
    expect(() => openDataDir("/proc/backbeat/data")).toThrow(
      /^Cannot use data directory \/proc\/backbeat\/data: /,
    );
  });
});

describe("nodeIdIn", () => {
  it("BACKBEAT-REQ-002 nodeIdIn makes an id once, keeps it and leaves nothing else behind", () => {
    const nodeId = nodeIdIn(folder);
    expect(nodeId).toMatch(/^node-[0-9a-f]{8}$/);
    expect(nodeIdIn(folder)).toBe(nodeId);
    expect(readdirSync(folder)).toEqual(["node-id"]);
    expect(readFileSync(join(folder, "node-id"), "utf8")).toBe(`${nodeId}\n`);
  });

  it("BACKBEAT-REQ-002 nodeIdIn takes an id that the operator wrote", () => {
    writeFileSync(join(folder, "node-id"), "rack-7\n");
    expect(nodeIdIn(folder)).toBe("rack-7");
  });

  it.each(["", "two words", "x".repeat(65)])("BACKBEAT-REQ-002 nodeIdIn refuses the id %j", (content) => {
    writeFileSync(join(folder, "node-id"), content);
    expect(() => nodeIdIn(folder)).toThrow(expect.objectContaining({ code: "bad-file" }));
    expect(() => nodeIdIn(folder)).toThrow(/Remove the file/);
  });

  it("BACKBEAT-REQ-002 nodeIdIn says in one line that the directory cannot be written", () => {
    expect(() => nodeIdIn(join(folder, "missing"))).toThrow(
      expect.objectContaining({ code: "data-dir-unusable" }),
    );
  });
});
