import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const FOLDERS = [
  "contracts",
  "core",
  "pulse",
  "reverb",
  "sdk",
  "nats",
  "store",
  "http",
  "runtime",
  "sim",
  "cli",
];

/** What each folder may import: other folders, and packages. Everything else must be refused. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contracts: ["typebox", "node:crypto"],
  core: ["contracts"],
  pulse: ["contracts", "core"],
  reverb: ["contracts", "core"],
  sdk: [
    "contracts",
    "core",
    "nats/address",
    "nats/connect",
    "nats/bus",
    "nats/rare-line",
    "runtime/clock",
    "@nats-io/transport-node",
    "node:crypto",
  ],
  nats: [
    "contracts",
    "text-file",
    "@nats-io/transport-node",
    "node:crypto",
    "node:fs",
    "node:timers/promises",
  ],
  store: ["contracts", "text-file", "node:crypto", "node:fs", "node:timers/promises"],
  http: ["contracts", "core", "pulse", "reverb", "typebox", "fastify"],
  runtime: ["text-file", "pino", "prom-client", "node:crypto", "node:fs", "node:timers/promises"],
  sim: ["contracts", "core", "pulse", "reverb", "sdk"],
  cli: [...FOLDERS, "text-file", "node:crypto", "node:fs", "node:timers/promises"],
};

const PACKAGES = [
  "typebox",
  "typebox/compile",
  "@nats-io/transport-node",
  "fastify",
  "pino",
  "prom-client",
  "node:crypto",
  "node:fs",
  "node:timers/promises",
];

/** Ground that reads files: for those alone that touch the world. */
const GROUND = ["text-file"];

const TARGETS = [
  ...FOLDERS,
  ...GROUND,
  "nats/address",
  "nats/connect",
  "nats/bus",
  "nats/rare-line",
  "runtime/clock",
  "nats/server",
  ...PACKAGES,
];

describe("the walls between folders", () => {
  it("are those of the table in ARCHITECTURE.md: Biome refuses every other import", () => {
    const tree = mkdtempSync(join(tmpdir(), "backbeat-walls-"));
    try {
      copyFileSync("biome.json", join(tree, "biome.json"));
      for (const folder of FOLDERS) writeImports(tree, folder);
      const refused = refusedImports(tree);
      for (const folder of FOLDERS) {
        const expected = TARGETS.filter((target) => target !== folder && !isAllowed(folder, target));
        expect([...(refused.get(folder) ?? [])].sort(), `what ${folder}/ may not import`).toEqual(
          expected.sort(),
        );
      }
    } finally {
      rmSync(tree, { recursive: true });
    }
  });
});

/** What of `src/` a page may know: what is on the wire, what a report means, what a view shows; types, so nothing is shipped. */
const DASHBOARD_MAY_IMPORT = ["contracts", "core", "reverb"];

describe("the wall of the dashboard", () => {
  it("keeps servers, node and packages of the server out of the browser", () => {
    const tree = mkdtempSync(join(tmpdir(), "backbeat-walls-"));
    try {
      copyFileSync("biome.json", join(tree, "biome.json"));
      mkdirSync(join(tree, "dashboard/src/page"), { recursive: true });
      const specifiers = TARGETS.map((target) =>
        PACKAGES.includes(target) ? target : `../../../src/${fileOf(target)}`,
      );
      const lines = specifiers.map((specifier) => `import "${specifier}";`);
      writeFileSync(join(tree, "dashboard/src/page/wall.ts"), `${lines.join("\n")}\n`);
      const refused = [...lintOutput(tree, "dashboard").matchAll(/wall\.ts,line=(\d+)/g)].map(
        ([, line]) => TARGETS[Number(line) - 1],
      );
      const expected = TARGETS.filter((target) => !DASHBOARD_MAY_IMPORT.includes(target));
      expect(refused.sort()).toEqual([...expected].sort());
    } finally {
      rmSync(tree, { recursive: true });
    }
  });
});

function isAllowed(folder: string, target: string): boolean {
  const allowed = MAY_IMPORT[folder] ?? [];
  const isOurs = !PACKAGES.includes(target);
  const [of = target] = isOurs ? target.split("/") : [];
  return allowed.includes(target) || (isOurs && (of === folder || allowed.includes(of)));
}

/** One import a line, so that the line tells which it was. */
function writeImports(tree: string, folder: string): void {
  mkdirSync(join(tree, "src", folder), { recursive: true });
  const lines = TARGETS.map((target) => `import "${specifierOf(target)}";`);
  writeFileSync(join(tree, "src", folder, "wall.ts"), `${lines.join("\n")}\n`);
}

function specifierOf(target: string): string {
  if (PACKAGES.includes(target)) return target;
  return `../${fileOf(target)}`;
}

function fileOf(target: string): string {
  return target.includes("/") || GROUND.includes(target) ? `${target}.ts` : `${target}/thing.ts`;
}

/** By folder, the imports that Biome refuses. */
function refusedImports(tree: string): Map<string, string[]> {
  const refused = new Map<string, string[]>();
  for (const line of lintOutput(tree, "src").split("\n")) {
    const found = /file=.*src\/([a-z]+)\/wall\.ts,line=(\d+)/.exec(line);
    if (found === null) continue;
    const [, folder = "", at] = found;
    refused.set(folder, [...(refused.get(folder) ?? []), TARGETS[Number(at) - 1] ?? "?"]);
  }
  return refused;
}

/** What Biome says of the imports below a folder. */
function lintOutput(tree: string, folder: string): string {
  const biome = join(process.cwd(), "node_modules/.bin/biome");
  const args = [
    "lint",
    "--only=style/noRestrictedImports",
    "--vcs-enabled=false",
    "--reporter=github",
    "--max-diagnostics=none",
    folder,
  ];
  return failing(biome, args, tree);
}

/** The output of a program that is expected to end with an error. */
function failing(program: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
