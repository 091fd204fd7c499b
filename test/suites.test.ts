/** Test files that share modules share a process: they must leave it as they found it (vitest.config.ts). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APART } from "../vitest.config.ts";
import { SOAKED } from "./soak.config.ts";

const ROOT = join(import.meta.dirname, "..");

/** What changes a process for whoever comes next in it, or starts one that has to be waited for. */
const CHANGES =
  /\bprocess\.(?:on|once|emit|chdir|kill)\(|\bprocess\.env\.\w+ = |\bvi\.(?:stub|mock|resetModules)|\bstartTestServer\(|\brunProgram\(/;

function testFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts") && !file.startsWith("test/browser/"));
}

const files = ["src", "dashboard", "test"].flatMap(testFiles);
const isApart = (file: string): boolean => APART.some((place) => file.startsWith(place));

describe("OBS-003 test files", () => {
  it("that share modules change nothing that others see", () => {
    const shared = files.filter((file) => !isApart(file) && file !== "test/suites.test.ts");
    expect(shared.length).toBeGreaterThan(100);
    expect(shared.filter((file) => CHANGES.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
  });

  it("that stand apart are there", () => {
    expect(APART.filter((place) => !files.some((file) => file.startsWith(place)))).toEqual([]);
  });

  it("that have a long form are run by npm run soak", () => {
    const withLongForm = files.filter((file) => /\beffort\(\{/.test(readFileSync(join(ROOT, file), "utf8")));
    expect(withLongForm.sort()).toEqual(SOAKED);
  });
});
