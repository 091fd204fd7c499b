/** The dashboard as it is built: what reverb's policy lets a browser load, within its limit, and only when it is stale. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const built = join(repository, "dist/dashboard");
const files = readdirSync(built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const index = readFileSync(join(built, "index.html"), "utf8");

describe("scripts/dashboard.mjs", () => {
  it("OBS-003 dashboard builds nothing when its sources have not changed, and says nothing", () => {
    const before = files.map((file) => statSync(file).mtimeMs);
    const { status, stderr, stdout } = spawnSync(process.execPath, [
      join(repository, "scripts/dashboard.mjs"),
    ]);
    expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(before);
  });

  it("OBS-003 dashboard is an index and files with hashed names, 150 kB in all", () => {
    const names = files.map((file) => file.slice(built.length + 1)).sort();
    expect(names.filter((name) => !/^assets\/[a-z]+-[\w-]{8}\.(js|css|svg)$/.test(name))).toEqual([
      "index.html",
    ]);
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThanOrEqual(150_000);
  });

  it("OBS-003 dashboard inlines nothing that `default-src 'self'` refuses, and loads nothing from elsewhere", () => {
    expect(index.match(/<script(?![^>]*\ssrc=)[^>]*>/g)).toBeNull();
    expect(index.match(/<style|\sstyle=|\son[a-z]+=/g)).toBeNull();
    const loaded = [...index.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(loaded).toHaveLength(3);
    for (const address of loaded) expect(address).toMatch(/^\/assets\//);
    const sheets = files.filter((file) => file.endsWith(".css")).map((file) => readFileSync(file, "utf8"));
    expect(sheets.filter((sheet) => /@import|url\(/.test(sheet))).toEqual([]);
  });
});
