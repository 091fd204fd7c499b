import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sourcesOf } from "./sources.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backbeat-sources-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

/** What is found below the folder, names relative to it. */
async function found(...names: readonly string[]) {
  const { sources, mistakes } = await sourcesOf(
    names.map((name) => (name === "-" ? name : join(folder, name))),
    Readable.from([]),
  );
  const relative = (text: string) => text.replaceAll(`${folder}/`, "");
  return {
    sources: sources.map(({ name, layout }) => `${relative(name)} ${layout}`),
    mistakes: mistakes.map(relative),
  };
}

describe("OBS-003 sourcesOf", () => {
  it("searches directories to any depth, in the order of names, for JSON and JSON Lines", async () => {
    write("b.json", "a/z.ndjson", "a/b/c/deep.jsonl", "a/readme.md", "a/data.JSON5", "c.txt");
    expect(await found("")).toEqual({
      sources: ["a/b/c/deep.jsonl lines", "a/z.ndjson lines", "b.json detect"],
      mistakes: [],
    });
  });

  it("takes a file that is named whatever its ending", async () => {
    write("captured.log");
    expect(await found("captured.log", "-")).toEqual({
      sources: ["captured.log detect", "stdin detect"],
      mistakes: [],
    });
  });

  it("reads nothing twice", async () => {
    write("a/one.json", "a/b/two.json");
    const both = ["a/b/two.json detect", "a/one.json detect"];
    expect(await found("a", "a/one.json", "a/b", "a", "-", "-")).toEqual({
      sources: [...both, "stdin detect"],
      mistakes: [],
    });
    expect((await found("a/b", "a")).sources).toEqual(both);
  });

  it("follows links, and enters a directory that links to itself once", async () => {
    write("a/one.json", "elsewhere/two.json");
    symlinkSync(folder, join(folder, "a/loop"));
    symlinkSync(join(folder, "elsewhere/two.json"), join(folder, "a/linked.json"));
    const { sources, mistakes } = await found("a");
    expect(sources).toContain("a/one.json detect");
    expect(sources).toContain("a/linked.json detect");
    expect(sources.filter((name) => name.includes("one.json"))).toEqual(["a/one.json detect"]);
    expect(mistakes).toEqual([]);
  });

  it("collects every mistake and finds the rest", async () => {
    write("a/one.json", "empty/readme.md");
    symlinkSync("nowhere", join(folder, "a/broken.json"));
    const { sources, mistakes } = await found("missing.json", "a", "empty");
    expect(sources).toEqual(["a/one.json detect"]);
    const names = "files, directories or - for standard input";
    expect(mistakes).toEqual([
      `Cannot validate missing.json: there is no such file, expected ${names}`,
      `Cannot validate a/broken.json: there is no such file, expected ${names}`,
      "Cannot validate empty: it holds no file to read, expected .json, .jsonl, .ndjson in it",
    ]);
  });

  it("takes it for a mistake when nothing is named, or nothing is found behind what is", async () => {
    const nothing =
      "Cannot validate: there is nothing to read, expected files, directories or - for standard input";
    expect((await found()).mistakes).toEqual([nothing]);
    mkdirSync(join(folder, "a"));
    symlinkSync(join(folder, "a"), join(folder, "a/loop"));
    expect((await found("a")).mistakes).toEqual([nothing]);
  });

  it("reads what was written", async () => {
    write("a.json");
    const [source] = (await sourcesOf([join(folder, "a.json")], Readable.from([]))).sources;
    const chunks: Uint8Array[] = [];
    for await (const chunk of source?.open() ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("a.json");
  });

  it("says in words why reading failed", async () => {
    write("a.json");
    const [source] = (await sourcesOf([join(folder, "a.json")], Readable.from([]))).sources;
    rmSync(join(folder, "a.json"));
    await expect(source?.open()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "bad-file",
      message: "there is no such file",
    });
  });
});
