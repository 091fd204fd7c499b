import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** The script in a tree of its own, with a generator of two files. */
let tree = "";

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "backbeat-settle-"));
  mkdirSync(join(tree, "scripts"));
  cpSync(
    fileURLToPath(new URL("../../scripts/settle.mjs", import.meta.url)),
    join(tree, "scripts/settle.mjs"),
  );
  writeFileSync(
    join(tree, "scripts/generate.mjs"),
    'import { settle } from "./settle.mjs"; settle("schemas/a.json", "{}\\n"); settle("schemas/b.json", "[]\\n");',
  );
});

afterEach(() => {
  rmSync(tree, { recursive: true });
});

function run(...args: readonly string[]) {
  const script = join(tree, "scripts/generate.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("INT-001 scripts/settle.mjs", () => {
  it("writes what is missing or stale, and nothing the second time", () => {
    expect(run()).toMatchObject({ status: 0, stdout: "wrote schemas/a.json\nwrote schemas/b.json\n" });
    expect(run()).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(join(tree, "schemas/b.json"), "utf8")).toBe("[]\n");
  });

  it("only compares with --check, and names each file that differs", () => {
    run();
    expect(run("--check")).toMatchObject({ status: 0, stderr: "" });
    writeFileSync(join(tree, "schemas/b.json"), "edited by hand");
    const { status, stderr } = run("--check");
    expect(status).toBe(1);
    expect(stderr).toBe(
      'schemas/b.json differs from the code: run "npm run generate" and commit the result\n',
    );
    expect(readFileSync(join(tree, "schemas/b.json"), "utf8")).toBe("edited by hand");
  });
});
