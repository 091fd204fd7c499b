/** The door `./sdk`: what an agent loads with it, and that it lets a program end. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = new URL("../../", import.meta.url);

/** Tells each module that Node loads, as a URL, at once: the thread of a hook ends without writing what it still holds. */
const LOADER = `
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    writeSync(2, "LOADED " + url + "\\n");
    return next(url, context);
  }
`;
const HOOK = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(LOADER)}");`;

async function loadedBy(code: string): Promise<readonly string[]> {
  const args = [
    "--import",
    `data:text/javascript,${encodeURIComponent(HOOK)}`,
    "--input-type=module",
    "-e",
    code,
  ];
  const { stderr } = await run(process.execPath, args, { cwd: ROOT });
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("LOADED "))
    .map((line) => line.slice("LOADED ".length));
}

describe("BACKBEAT-REQ-040 door ./sdk", () => {
  it("loads no server code, and of packages only the NATS client", async () => {
    const loaded = await loadedBy('import "@chorus-services/backbeat/sdk";');
    const folders = new Set(loaded.map((url) => /\/dist\/(?:([a-z]+)\/)?[^/]+\.js$/.exec(url)?.[1]));
    expect([...folders].filter((folder) => folder !== undefined).sort()).toEqual([
      "contracts",
      "core",
      "nats",
      "runtime",
      "sdk",
    ]);
    expect(
      loaded.filter((url) => url.includes("/dist/runtime/")).map((url) => url.split("/").at(-1)),
    ).toEqual(["clock.js"]);
    const packages = new Set(
      loaded.map((url) => /.*\/node_modules\/(?:(@[^/]+)\/)?([^/]+)\//.exec(url)?.[1] ?? ""),
    );
    expect([...packages].sort()).toEqual(["", "@nats-io"]);
    for (const name of ["fastify", "pino", "pino-pretty", "prom-client", "typebox"])
      expect(loaded.filter((url) => url.includes(`/node_modules/${name}/`))).toEqual([]);
  });

  it("has the names that agents import, and keeps nothing running", async () => {
    const { stdout } = await run(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        'console.log(Object.keys(await import("@chorus-services/backbeat/sdk")).sort().join())',
      ],
      { cwd: ROOT },
    );
    expect(stdout).toBe(
      "BackbeatError,ClaimError,LegacyPositions,beatIndexOf,connectAgent,createAgent,createClaimSigner,legacyPositionOf,runAgent,subjectsOf\n",
    );
  });
});
