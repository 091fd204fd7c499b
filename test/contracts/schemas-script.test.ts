import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** The script beside a generator of its own, so that nothing needs to be built. */
let tree = "";

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "backbeat-schemas-"));
  mkdirSync(join(tree, "scripts"));
  mkdirSync(join(tree, "dist/contracts"), { recursive: true });
  cpSync(
    fileURLToPath(new URL("../../scripts/schemas.mjs", import.meta.url)),
    join(tree, "scripts/schemas.mjs"),
  );
  writeFileSync(
    join(tree, "dist/contracts/json-schema.js"),
    'exports.schemaFiles = () => new Map([["a.json", "{}\\n"], ["b.json", "[]\\n"]]);\n',
  );
});

afterEach(() => {
  rmSync(tree, { recursive: true });
});

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(tree, "scripts/schemas.mjs"), ...args],
    {
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

describe("INT-001 scripts/schemas.mjs", () => {
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
      'schemas/b.json differs from src/contracts: run "npm run schemas" and commit the result\n',
    );
    expect(readFileSync(join(tree, "schemas/b.json"), "utf8")).toBe("edited by hand");
  });
});
