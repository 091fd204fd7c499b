import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { recordingLog } from "../../test/support/recording-log.ts";
import { readDashboard } from "./dashboard-files.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "backbeat-dashboard-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe("readDashboard", () => {
  it("reads every file under its path, the index under /", () => {
    const log = recordingLog();
    const script = "x".repeat(1_000);
    const files = readDashboard(
      folderOf({ "index.html": "<p>", "favicon.svg": "<svg/>", "assets/a-1.js": script }),
      log,
    );
    expect([...(files?.keys() ?? [])].sort()).toEqual(["/", "/assets/a-1.js", "/favicon.svg"]);
    const asset = files?.get("/assets/a-1.js");
    expect(gunzipSync(asset?.gzip ?? "").toString()).toBe(script);
    expect(asset?.tag).toMatch(/^[0-9a-f]{16}$/);
    // Three bytes do not become fewer.
    expect(files?.get("/")?.gzip).toBeUndefined();
    expect(log.texts("warn")).toEqual([]);
  });

  it("leaves out maps, hidden files, links and strange names", () => {
    const folder = folderOf({
      "index.html": "",
      "a.js.map": "",
      ".secret": "",
      "b c.js": "",
      ".git/config": "",
    });
    symlinkSync("/etc/passwd", join(folder, "passwd.txt"));
    symlinkSync("/etc", join(folder, "etc"));
    expect([...(readDashboard(folder, recordingLog())?.keys() ?? [])]).toEqual(["/"]);
  });

  it("says nothing where there is no folder: the dashboard was not built", () => {
    const log = recordingLog();
    expect(readDashboard("/nowhere/at/all", log)).toBeUndefined();
    expect(log.texts("warn")).toEqual([]);
  });

  it.each([
    ["no index.html", { "a.js": "" }, "it has no index.html"],
    [
      "too many files",
      { "index.html": "", ...Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`f${n}.js`, ""])) },
      "it has more than 64 files or 4194304 bytes",
    ],
    ["too many bytes", { "index.html": "x".repeat(4_194_305) }, "it has more than 64 files or 4194304 bytes"],
  ])("R4 starts without one that has %s, and says so", (_what, files, reason) => {
    const log = recordingLog();
    const folder = folderOf(files);
    expect(readDashboard(folder, log)).toBeUndefined();
    expect(log.texts("warn")).toEqual([`Cannot show the dashboard from ${folder}: ${reason}`]);
  });
});
