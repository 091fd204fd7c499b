import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cachedServerPath, cacheFolder, findServer } from "./find-server.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-find-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function binary(...parts: string[]): string {
  const path = join(dir, ...parts, "nats-server");
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n", { mode: 0o755 });
  return path;
}

describe("findServer", () => {
  it("BACKBEAT-REQ-020 findServer takes the setting first and nothing else instead of it", () => {
    const path = binary("set");
    binary("path");
    const env = { PATH: join(dir, "path"), XDG_CACHE_HOME: dir };
    expect(findServer(path, env)).toEqual({ path, source: "setting" });
    expect(() => findServer(join(dir, "absent"), env)).toThrow(/absent is not an executable file/);
    expect(() => findServer(dir, env)).toThrow(/is not an executable file/);
    expect(findServer("", env)?.source).toBe("PATH");
  });

  it("BACKBEAT-REQ-020 findServer looks along PATH, passing over what cannot be run and relative folders", () => {
    chmodSync(binary("unrunnable"), 0o644);
    mkdirSync(join(dir, "folder/nats-server"), { recursive: true });
    const path = binary("good");
    const folders = [".", "", join(dir, "unrunnable"), join(dir, "folder"), join(dir, "good")];
    expect(findServer(undefined, { PATH: folders.join(":") })).toEqual({ path, source: "PATH" });
  });

  it("BACKBEAT-REQ-020 findServer finds its own cache last", () => {
    const path = binary("backbeat");
    const found = findServer(undefined, { PATH: "", XDG_CACHE_HOME: dir });
    // A machine that has one in a system folder uses that.
    expect([path, "/usr/sbin/nats-server", "/usr/local/bin/nats-server"]).toContain(found?.path);
    expect(cachedServerPath({ XDG_CACHE_HOME: dir })).toBe(path);
  });

  it("BACKBEAT-REQ-020 cacheFolder follows XDG_CACHE_HOME where it is absolute, else ~/.cache", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/c" })).toBe("/c/backbeat");
    expect(cacheFolder({ XDG_CACHE_HOME: "c" })).toBe(join(homedir(), ".cache/backbeat"));
    expect(cacheFolder({})).toBe(join(homedir(), ".cache/backbeat"));
  });
});
