import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { BODY_BYTES_MAX } from "../contracts/decode.ts";
import { AgentId, ClusterId } from "../contracts/schema/fields.ts";
import { STATES } from "../contracts/status-claim.ts";
import { BackbeatError } from "../errors.ts";
import { type ConfigInput, readConfig } from "./config.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./log.ts";
import type { CommandName } from "./settings/setting.ts";
import { ALL_SETTINGS, SETTINGS } from "./settings/table.ts";

const folder = mkdtempSync(join(tmpdir(), "backbeat-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configFile(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function read<Command extends CommandName>(
  command: Command,
  argv: readonly string[] = [],
  more: Partial<ConfigInput<Command>> = {},
) {
  return readConfig({ command, argv, env: {}, ...more });
}

function mistakesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof BackbeatError)) throw thrown;
    expect(thrown.code).toBe("bad-config");
    const mistakes = thrown.data.mistakes as readonly string[];
    for (const mistake of mistakes) expect(thrown.message).toContain(mistake);
    return mistakes;
  }
  return [];
}

describe("readConfig", () => {
  it("BACKBEAT-REQ-020 readConfig gives every setting its default", () => {
    const { settings, sources } = read("reverb");
    expect(settings).toMatchObject({
      clusterId: "local",
      barLength: 120,
      http: { host: "127.0.0.1", port: 8080 },
      agentsPerWindowMax: 100_000,
      strict: false,
      logLevel: "info",
      dataDir: "./.backbeat",
    });
    expect(settings.natsServers).toBeUndefined();
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
  });

  it("BACKBEAT-REQ-020 readConfig gives a command only its own settings, and its own defaults", () => {
    expect(read("up").settings).toMatchObject({ tempoBpm: 60, barLength: 8, agents: 12 });
    expect(read("pulse").settings).toMatchObject({ tempoBpm: 2, barLength: 120 });
    expect(read("pulse").settings).not.toHaveProperty("windowTtlSeconds");
    expect(mistakesOf(() => read("pulse", ["--window-ttl", "5"]))).toHaveLength(1);
  });

  it.each([
    [["--cluster", "c1"]],
    [["--cluster=c1"]],
    [["-cluster", "c1"]],
    [["-cluster=c1"]],
    [["-cluster", "c0", "--cluster=c1"]],
  ])("BACKBEAT-REQ-020 readConfig takes %j as Go and GNU programs do", (argv) => {
    expect(read("reverb", argv).settings.clusterId).toBe("c1");
  });

  it("BACKBEAT-REQ-020 readConfig prefers flag to environment to file to default", () => {
    const config = configFile("order.json", { cluster: "file", "bar-length": 10, http: "127.0.0.1:1" });
    const { settings, sources } = read("reverb", ["--config", config, "--cluster", "flag"], {
      env: { BACKBEAT_CLUSTER: "env", BACKBEAT_BAR_LENGTH: "20" },
    });
    expect(settings).toMatchObject({
      clusterId: "flag",
      barLength: 20,
      http: { port: 1 },
      windowTtlSeconds: 300,
    });
    expect(sources).toMatchObject({
      clusterId: "flag",
      barLength: "environment",
      http: "file",
      windowTtlSeconds: "default",
    });
  });

  it("BACKBEAT-REQ-020 readConfig takes variables from an env file with CRLF", () => {
    const config = configFile("crlf.json", { "window-ttl": 60 });
    const env = {
      BACKBEAT_CONFIG: `${config}\r`,
      BACKBEAT_CLUSTER: "c1\r",
      BACKBEAT_BAR_LENGTH: "7\r",
      BACKBEAT_NATS_NKEY: "/a.nk\r",
      BACKBEAT_NODE_ID: "\r",
    };
    expect(read("reverb", [], { env }).settings).toMatchObject({
      clusterId: "c1",
      barLength: 7,
      natsNkeyFile: "/a.nk",
      nodeId: undefined,
      windowTtlSeconds: 60,
    });
  });

  it("BACKBEAT-REQ-020 readConfig finds the file by its variable, and takes numbers, texts and booleans", () => {
    const config = configFile("env.json", { "bar-length": 7, "window-ttl": "60", strict: true });
    const { settings } = read("reverb", [], { env: { BACKBEAT_CONFIG: config } });
    expect(settings).toMatchObject({ barLength: 7, windowTtlSeconds: 60, strict: true });
  });

  it("BACKBEAT-REQ-020 readConfig lets one file serve several commands", () => {
    const config = configFile("shared.json", { tempo: 12, "window-ttl": 60, agent: "a:1" });
    expect(read("reverb", ["--config", config]).settings.windowTtlSeconds).toBe(60);
    expect(read("pulse", ["--config", config]).settings.tempoBpm).toBe(12);
  });

  it("BACKBEAT-REQ-020 readConfig takes an empty variable as not given", () => {
    expect(read("reverb", [], { env: { BACKBEAT_CLUSTER: "" } }).settings.clusterId).toBe("local");
  });

  it("BACKBEAT-REQ-020 readConfig reads --http of a pulse as the pulse's own address", () => {
    const env = { BACKBEAT_HTTP: "127.0.0.1:1" };
    expect(read("pulse", ["--http", "127.0.0.1:2"], { env }).settings.pulseHttp.port).toBe(2);
    expect(read("pulse", ["--pulse-http", "127.0.0.1:3"]).settings.pulseHttp.port).toBe(3);
    expect(read("pulse", [], { env }).settings.pulseHttp.port).toBe(8081);
    const up = read("up", ["--http", "127.0.0.1:2"]).settings;
    expect([up.http.port, up.pulseHttp.port]).toEqual([2, 8081]);
  });

  it("R7 readConfig says of a setting that is gone what came in its place, wherever it is given", () => {
    const gone = (argv: readonly string[], env = {}) =>
      mistakesOf(() => read("reverb", argv, { env: { ...env } }));
    const config = configFile("gone.json", { "new-profile": true });
    for (const mistakes of [
      gone(["--new-profile"]),
      gone([], { BACKBEAT_NEW_PROFILE: "false" }),
      gone(["--config", config]),
    ])
      expect(mistakes).toEqual([expect.stringMatching(/is no option any more.*--replace-profile <hash>/)]);
    // Commands that never took it have nothing to say of it.
    expect(read("watch", [], { env: { BACKBEAT_NEW_PROFILE: "1" } }).warnings).toEqual([]);
  });

  it("BACKBEAT-REQ-020 readConfig tells all mistakes at once, wherever they are", () => {
    const config = configFile("bad.json", { "bar-lenght": 1, "window-ttl": [], lead: "many" });
    const argv = ["--config", config, "--bar-length", "0", "--clustr", "x", "-log-level=loud", "--node"];
    const mistakes = mistakesOf(() =>
      read("reverb", argv, { env: { BACKBEAT_HTTP: "8080", BACKBEAT_STRICT: "perhaps" } }),
    );
    expect([...mistakes].sort()).toEqual(
      [
        "--clustr is no option of this command; did you mean --cluster?",
        "--node needs a value",
        `"bar-lenght" in ${config} is no setting; did you mean "bar-length"?`,
        `"window-ttl" in ${config} is neither text, number, true nor false`,
        '--bar-length is "0", expected a whole number from 1 to 100000 beats',
        '"lead" in the config file is "many", expected a whole number from 0 to 100000 beats',
        '--log-level is "loud", expected one of trace, debug, info, warn, error',
        'BACKBEAT_HTTP is "8080", expected host:port with a port from 0 to 65535, such as 127.0.0.1:8080 or 0.0.0.0:8080',
        'BACKBEAT_STRICT is "perhaps", expected true or false',
      ].sort(),
    );
  });

  it("BACKBEAT-REQ-020 readConfig never repeats a secret", () => {
    const config = configFile("secret.json", '{"admin-token": "hunter2hunter2hunter2 oops"');
    const mistakes = mistakesOf(() =>
      read("pulse", ["--admin-token", "hunter2", "--nats", "nats://u:hunter2@", "--config", config], {
        checks: { natsServers: () => ["names no host"] },
      }),
    );
    expect(mistakes).toHaveLength(3);
    expect(mistakes.join("\n")).not.toContain("hunter2");
  });

  it("BACKBEAT-REQ-020 readConfig says what is needed and what belongs together", () => {
    expect(mistakesOf(() => read("claim"))).toEqual([expect.stringMatching(/^--state is needed: /)]);
    expect(mistakesOf(() => read("pulse", ["--nats-tls-cert", "a.pem"]))).toHaveLength(1);
    expect(mistakesOf(() => read("pulse", ["--nats-creds", "a", "--nats-nkey", "b"]))).toHaveLength(1);
  });

  it.each([
    ["missing.json", undefined, "cannot be read"],
    ["list.json", "[1]", "holds no JSON object"],
    ["broken.json", '{"a": ', "is not JSON"],
  ])("BACKBEAT-REQ-020 readConfig says what is wrong with the file %s", (name, content, what) => {
    const path = content === undefined ? join(folder, name) : configFile(name, content);
    expect(mistakesOf(() => read("reverb", ["--config", path]))).toEqual([expect.stringContaining(what)]);
  });

  it("BACKBEAT-REQ-020 readConfig warns of a variable that is nearly a setting, and of no other", () => {
    const env = {
      BACKBEAT_CLUSTR: "x",
      BACKBEAT_SERVICE_HOST: "x",
      BACKBEAT_PORT: "tcp://x",
      BACKBEAT_ENV: "production",
    };
    expect(read("reverb", [], { env }).warnings).toEqual([
      "BACKBEAT_CLUSTR is not read; did you mean BACKBEAT_CLUSTER?",
    ]);
  });

  it("BACKBEAT-REQ-020 readConfig passes a command's own arguments through", () => {
    const operands = { name: "<command>", min: 1, max: Number.POSITIVE_INFINITY, passThrough: true };
    const plain = read("exec", ["--task", "t", "make", "--cluster", "x", "-h"], { operands });
    expect(plain.operands).toEqual(["make", "--cluster", "x", "-h"]);
    expect(plain.settings.clusterId).toBe("local");
    const dashed = read("exec", ["--task", "t", "--", "--weird"], { operands });
    expect(dashed.operands).toEqual(["--weird"]);
    expect(mistakesOf(() => read("exec", [], { operands }))).toEqual(["<command> is needed"]);
    expect(mistakesOf(() => read("reverb", ["oops"]))).toEqual(["oops is not expected here"]);
  });

  it("BACKBEAT-REQ-041 readConfig takes an operand for the setting that it stands for", () => {
    const operands = { name: "<state>", min: 0, max: 1, setting: "state" } as const;
    const config = read("claim", ["blocked", "--agent", "a:1"], {
      operands,
      env: { BACKBEAT_STATE: "idle" },
    });
    expect(config.settings.state).toBe("blocked");
    expect(config.sources.state).toBe("flag");
    expect(read("claim", ["--state", "idle"], { operands }).settings.state).toBe("idle");
    expect([...mistakesOf(() => read("claim", ["--progress", "2"], { operands }))].sort()).toEqual([
      '--progress is "2", expected a number from 0 to 1 in steps of 0.000001',
      expect.stringMatching(/^<state> is needed: What the agent does/),
    ]);
    expect(mistakesOf(() => read("claim", ["dancing", "now"], { operands }))).toEqual([
      "now is one too many",
      expect.stringMatching(/^<state> is "dancing", expected one of idle, /),
    ]);
    expect(mistakesOf(() => read("claim", ["idle", "--state", "idle"], { operands }))).toEqual([
      "<state> and --state cannot both be given",
    ]);
  });

  it("BACKBEAT-REQ-020 readConfig does not complain when help is asked for", () => {
    expect(read("claim", ["--bogus", "--help"]).help).toBe(true);
    expect(read("reverb", ["-h"]).help).toBe(true);
  });

  it("BACKBEAT-REQ-020 readConfig answers any arguments with settings or with bad-config", () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...ALL_SETTINGS.map(([, row]) => `--${row.flag}`),
        "--",
        "-",
        "-cluster",
        "--http=",
        "0",
        "1",
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        const safe = argv.filter((text) => !text.includes("config"));
        mistakesOf(() => read("up", safe));
      }),
    );
  });
});

describe("SETTINGS", () => {
  it("BACKBEAT-REQ-020 SETTINGS takes each of its own defaults", () => {
    for (const [name, row] of ALL_SETTINGS) {
      for (const value of [row.default, ...Object.values(row.defaultIn ?? {})]) {
        if (value === undefined) continue;
        const text = row.kind.format?.(value) ?? String(value);
        expect(row.kind.parse(text), name).toEqual(value);
      }
    }
  });

  it("BACKBEAT-REQ-020 SETTINGS has each flag once per command", () => {
    for (const command of ["up", "reverb", "pulse", "claim", "exec", "watch", "validate", "sim"] as const) {
      const flags = ALL_SETTINGS.filter(([, row]) => row.commands.includes(command)).flatMap(([, row]) =>
        row.alias?.command === command ? [row.flag, row.alias.flag] : [row.flag],
      );
      expect(new Set(flags).size, command).toBe(flags.length);
    }
  });

  it("INT-001 SETTINGS agrees with the contracts and the log", () => {
    expect(SETTINGS.state.kind.expected).toBe(`one of ${STATES.join(", ")}`);
    expect(SETTINGS.bodyBytesMax.default).toBe(BODY_BYTES_MAX);
    expect(SETTINGS.logLevel.kind.expected).toBe(`one of ${LOG_LEVELS.join(", ")}`);
    expect(SETTINGS.logFormat.kind.expected).toBe(`one of ${LOG_FORMATS.join(", ")}`);
    const fits = (schema: unknown, text: string): boolean => {
      const { pattern, maxLength } = schema as { readonly pattern: string; readonly maxLength: number };
      return new RegExp(pattern).test(text) && text.length <= maxLength;
    };
    fc.assert(
      fc.property(fc.string({ maxLength: 130 }), (id) => {
        expect(SETTINGS.clusterId.kind.parse(id) !== undefined).toBe(fits(ClusterId, id));
        expect(SETTINGS.agentId.kind.parse(id) !== undefined).toBe(fits(AgentId, id));
      }),
    );
  });

  it("BACKBEAT-REQ-004 SETTINGS takes every tenth of a tempo and nothing between", () => {
    for (let tenths = 1; tenths <= 10_000; tenths += 1)
      expect(SETTINGS.tempoBpm.kind.parse(String(tenths / 10))).toBe(tenths / 10);
    for (const text of ["0", "0.05", "1000.1", "2.55", "1e1", "-1", "NaN", "", " 2", "2,5"])
      expect(SETTINGS.tempoBpm.kind.parse(text), text).toBeUndefined();
  });

  it.each([
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
    ["::1:80", undefined],
    ["host:65536", undefined],
    [":8080", undefined],
    ["8080", undefined],
    ["host:", undefined],
  ])("BACKBEAT-REQ-020 SETTINGS reads the address %s", (text, expected) => {
    expect(SETTINGS.http.kind.parse(text)).toEqual(expected);
  });
});
