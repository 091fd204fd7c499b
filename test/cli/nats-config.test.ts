/** `backbeat nats-config` as a program: what it writes where, what it keeps, and what it says of mistakes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestServer } from "../support/nats-server.ts";
import { runProgram } from "../support/program.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backbeat-nats-config-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const natsConfig = (...args: readonly string[]) => runProgram(["nats-config", ...args]);

const fileOf = (...path: readonly string[]) => readFileSync(join(dir, ...path), "utf8");

describe("backbeat nats-config", () => {
  it("--out: secrets that only their owner reads, a server's file without any, and none of them is said", async () => {
    const out = join(dir, "users");
    const { end, stderr, stdout } = await natsConfig("--agents", "ci:a,b", "--out", out);
    expect([end, stderr]).toEqual([0, ""]);
    expect(readdirSync(out).sort()).toEqual(
      ["b", "ci+a", "operator", "pulse", "reverb"]
        .flatMap((name) => [`${name}.env`, `${name}.nk`])
        .concat("server.conf")
        .sort(),
    );
    const modeOf = (name: string) => statSync(join(out, name)).mode & 0o777;
    for (const name of readdirSync(out))
      expect([name, modeOf(name)]).toEqual([name, name === "server.conf" ? 0o644 : 0o600]);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(out).filter((one) => one.endsWith(".nk"))) {
      const seed = fileOf("users", name).trim();
      expect(seed).toMatch(/^SU/);
      for (const text of [stdout, fileOf("users", "server.conf")]) expect(text).not.toContain(seed);
    }
    expect(stdout).toContain(`nats-server -c ${join(out, "server.conf")}`);
  });

  it("--auth password: the server's file holds them, so only its owner reads it, and that is said", async () => {
    const { stdout } = await natsConfig("--agents", "a", "--auth", "password", "--out", dir);
    const password = fileOf("a.password").trim();
    expect(fileOf("server.conf")).toContain(`password: "${password}"`);
    expect(fileOf("a.env")).toContain(`nats://a:${password}@127.0.0.1:4222`);
    expect(statSync(join(dir, "server.conf")).mode & 0o777).toBe(0o600);
    expect(stdout).toContain("holds the passwords of all users");
    expect(stdout).not.toContain(password);
  });

  it("an agent is added and nobody loses a secret; one that is removed is made anew", async () => {
    await natsConfig("--agents", "a,b", "--out", dir);
    const [a, b] = [fileOf("a.nk"), fileOf("b.nk")];
    rmSync(join(dir, "b.nk"));
    const { stdout } = await natsConfig("--agents", "a,b,c", "--out", dir);
    expect(stdout).toContain("kept 4 secrets");
    expect(fileOf("a.nk")).toBe(a);
    expect(fileOf("b.nk")).not.toBe(b);
    expect(fileOf("server.conf").match(/# agent \S+/g)).toEqual(["# agent a", "# agent b", "# agent c"]);
  });

  it("a file that holds no secret is never overwritten", async () => {
    writeFileSync(join(dir, "a.nk"), "my notes");
    const { end, stderr } = await natsConfig("--agents", "a", "--out", dir);
    expect(end).toBe(1);
    expect(stderr).toMatch(
      /Cannot take up the secrets: expected an nkey seed in .*a\.nk; remove what is none/,
    );
    expect(readdirSync(dir)).toEqual(["a.nk"]);
  });

  it("without --out all of it is a configuration that a server takes, and stderr says what it holds", async () => {
    const { end, stderr, stdout } = await natsConfig("--agents", "a", "--store-dir", join(dir, "store"));
    expect(end).toBe(0);
    expect(stderr).toMatch(/holds the secrets of all users; --out/);
    expect(stdout).toMatch(/\n# --- a\.nk\n# SU[A-Z2-7]{56}\n# --- a\.env\n# BACKBEAT_CLUSTER=local\n/);
    // A free port in place of the one that was asked for.
    await using server = await startTestServer({ config: stdout.replace(/^port: .*$/m, "") });
    expect(server.version).toMatch(/^\d/);
  });

  it("agents of a file, and subjects that are called otherwise", async () => {
    writeFileSync(join(dir, "agents.txt"), "# fleet\na:1\na:2\n");
    await natsConfig(
      "--agents-file",
      join(dir, "agents.txt"),
      "--subject-status",
      "x.claims",
      "--out",
      join(dir, "out"),
    );
    expect(fileOf("out", "a+2.env")).toContain("BACKBEAT_SUBJECT_STATUS=x.claims\n");
    expect(fileOf("out", "server.conf")).toMatch(
      /publish: \{ allow: \[\s+"x\.claims"\s+"backbeat\.local\.now"(\s+"backbeat\.local\.api\.STREAM\.[A-Z]\S*"){3}\s+\] \}/,
    );
  });

  it("every mistake is told at once, with 2, and nothing is written", async () => {
    writeFileSync(join(dir, "agents.txt"), "a b\nreverb\n");
    const { end, stderr, stdout } = await natsConfig(
      ...[
        "--agents-file",
        join(dir, "agents.txt"),
        "--nats",
        "nats://me:secret@h:4222",
        "--out",
        join(dir, "my users"),
      ],
    );
    expect([end, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/line 1 is "a b"/);
    expect(stderr).toMatch(/the agent reverb is called as the user of reverb is/);
    expect(stderr).toMatch(/--nats holds credentials/);
    expect(stderr).toMatch(/--out is ".*my users", expected one without blanks/);
    expect(stderr).not.toContain("secret");
    expect(readdirSync(dir)).toEqual(["agents.txt"]);
  });

  it.each([
    [[], /no agent is named, expected --agents or --agents-file/],
    [["--agents", "a b"], /--agents is "a b", expected agent ids/],
    [["--agents", "a", "--auth", "none"], /--auth is "none", expected one of nkey, password/],
    [["--agents-file", "/nowhere/agents.txt"], /Cannot read the agents of \/nowhere\/agents\.txt: ENOENT/],
  ] as const)("%j ends with 2 and what to do", async (args, text) => {
    const { end, stderr, stdout } = await natsConfig(...args);
    expect([end, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(text);
  });

  it("a directory that cannot be written ends with 1", async () => {
    writeFileSync(join(dir, "file"), "");
    const { end, stderr } = await natsConfig("--agents", "a", "--out", join(dir, "file", "users"));
    expect(end).toBe(1);
    expect(stderr).toMatch(/^Cannot (read|make) .*name another directory with --out/);
  });
});
