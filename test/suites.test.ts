/** Test files that share modules share a process: they must leave it as they found it (vitest.config.ts). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { APART } from "../vitest.config.ts";
import { SOAKED } from "./soak.config.ts";

const ROOT = join(import.meta.dirname, "..");

/** What changes a process for whoever comes next in it. */
const CHANGES =
  /\bprocess\.(?:on|once|emit|chdir|setMaxListeners)\(|\bprocess\.env\.\w+ = |\bvi\.(?:stub|mock|spyOn|resetModules|useFakeTimers)/;

function testFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts") && !/^test\/(browser|field)\//.test(file));
}

const files = ["src", "dashboard", "test"].flatMap(testFiles);
const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

describe("OBS-003 test files", () => {
  it("that change what a process shares stand apart, and no others", () => {
    const changing = files.filter((file) => CHANGES.test(textOf(file)) && file !== "test/suites.test.ts");
    expect(changing.sort()).toEqual([...APART].sort());
  });

  it("that have a long form are run by npm run soak", () => {
    const withLongForm = files.filter((file) => /\beffort\(\{/.test(textOf(file)));
    expect(withLongForm.sort()).toEqual(SOAKED);
  });
});
