/** What a fresh clone needs, and what `npm start` says when it cannot be had. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

let tree = "";
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "backbeat-prepare-"));
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const DRAWN = `import { writeFileSync } from "node:fs"; writeFileSync("drawn", "");`;
const COMPILED = `import { writeFileSync } from "node:fs"; writeFileSync("built", "");`;

interface Changes {
  readonly node?: string;
  readonly compiler?: string;
  readonly dashboard?: string;
  readonly npm?: string;
  readonly installed?: boolean;
}

/** A tree with prepare.mjs, an installed package or none, and a compiler and a dashboard of our own. */
function plant(changes: Changes): void {
  const { node = ">=20.19", compiler = COMPILED, dashboard = DRAWN, npm = "", installed = true } = changes;
  const manifest = { engines: { node }, dependencies: { one: "1" }, devDependencies: { typescript: "1" } };
  const write = (path: string, text: string): void => {
    mkdirSync(join(tree, path, ".."), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  write("package.json", JSON.stringify(manifest));
  write("package-lock.json", "{}");
  mkdirSync(join(tree, "scripts"));
  cpSync(join(repository, "scripts/prepare.mjs"), join(tree, "scripts/prepare.mjs"));
  write("scripts/dashboard.mjs", dashboard);
  write(
    "npm-cli.mjs",
    `import { appendFileSync, cpSync } from "node:fs"; appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n"); ${npm}`,
  );
  const modules = installed ? "node_modules" : "registry";
  write(`${modules}/one/package.json`, "{}");
  write(`${modules}/typescript/package.json`, '{"type": "module"}');
  write(`${modules}/typescript/bin/tsc`, compiler);
  if (installed) {
    const sha256 = createHash("sha256").update("{}").digest("hex");
    write("node_modules/.backbeat-lock-sha256", sha256);
  }
}

function prepare() {
  const env = { ...process.env, npm_execpath: join(tree, "npm-cli.mjs") };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(tree, "scripts/prepare.mjs")], {
    env,
  });
  // A step that takes long is said; how long it takes is the machine's.
  return { status, said: (stdout.toString() + stderr.toString()).replace(/^.* …\n/gm, "") };
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(join(tree, path), "utf8");
  } catch {
    return undefined;
  }
};

const NPM_INSTALLS = `cpSync("registry", "node_modules", { recursive: true });`;

describe("scripts/prepare.mjs", () => {
  it("OBS-003 prepare builds and says nothing when all is installed", () => {
    plant({});
    expect(prepare()).toEqual({ status: 0, said: "" });
    expect(read("built")).toBe("");
    expect(read("drawn")).toBe("");
    expect(read("npm-calls")).toBeUndefined();
  });

  it("OBS-003 prepare installs a fresh clone as locked, without install scripts, and only once", () => {
    plant({ installed: false, npm: NPM_INSTALLS });
    expect(prepare()).toEqual({ status: 0, said: "" });
    expect(prepare()).toEqual({ status: 0, said: "" });
    expect(read("npm-calls")).toBe("ci --ignore-scripts --no-audit --no-fund\n");
    expect(read("built")).toBe("");
  });

  it("OBS-003 prepare installs anew when the lock file has changed, or a package is missing", () => {
    plant({});
    writeFileSync(join(tree, "package-lock.json"), '{"changed": true}');
    expect(prepare().status).toBe(0);
    rmSync(join(tree, "node_modules/one"), { recursive: true });
    expect(prepare().status).toBe(0);
    expect(read("npm-calls")?.split("\n")).toHaveLength(3);
  });

  it("OBS-003 prepare says which Node is needed", () => {
    plant({ node: ">=99.1" });
    const { status, said } = prepare();
    expect(status).toBe(1);
    expect(said).toContain(`this is Node ${process.versions.node}, expected >=99.1`);
    expect(read("built")).toBeUndefined();
  });

  it("OBS-003 prepare shows why packages cannot be installed, shortly, and does not build", () => {
    const npm = `for (let n = 0; n < 50; n += 1) console.error("npm error " + n); process.exit(7);`;
    plant({ installed: false, npm });
    const { status, said } = prepare();
    expect(status).toBe(1);
    expect(said).toMatch(/^Cannot install dependencies: .* ended with 7\nnpm error 0\n/);
    expect(said.split("\n").length).toBeLessThan(30);
    expect(read("built")).toBeUndefined();
  });

  it("OBS-003 prepare shows the compiler's errors", () => {
    plant({ compiler: `console.log("src/x.ts(1,1): error TS1: no"); process.exit(2);` });
    expect(prepare()).toEqual({
      status: 1,
      said: "Cannot build: Building ended with 2\nsrc/x.ts(1,1): error TS1: no\n",
    });
  });

  it("OBS-003 prepare shows why the dashboard cannot be built", () => {
    plant({ dashboard: `console.error("app.tsx: no"); process.exit(1);` });
    expect(prepare()).toEqual({
      status: 1,
      said: "Cannot build: Building the dashboard ended with 1\napp.tsx: no\n",
    });
  });
});

describe("package-lock.json", () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
    readonly resolved?: string;
  }
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };

  it("OBS-003 package-lock.json names the packages of every platform, or a clean install elsewhere lacks them", () => {
    const missing = Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in lock.packages || `${place}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("OBS-003 package-lock.json names no registry", () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
