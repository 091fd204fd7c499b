import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BackbeatError } from "../errors.ts";
import { createLog, type LogOptions, logFormatOf } from "./log.ts";

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: "debug", format: "json", sink, ...options });
  return { log, lines, json: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("createLog", () => {
  it("BACKBEAT-REQ-020 createLog writes one JSON object a line, with a level by name and an ISO time", () => {
    const { log, json } = logged({ base: { service: "reverb" } });
    log.info("Reverb is ready", { beat: 7 });
    const [line] = json();
    expect(line).toMatchObject({ level: "info", message: "Reverb is ready", service: "reverb", beat: 7 });
    expect(new Date(String(line?.time)).toISOString()).toBe(line?.time);
  });

  it("BACKBEAT-REQ-020 createLog leaves out what is below its level", () => {
    const { log, json } = logged({ level: "warn" });
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
    expect(json().map((line) => line.level)).toEqual(["warn", "error"]);
  });

  it("BACKBEAT-REQ-020 createLog writes readable lines without colours when asked for pretty ones", () => {
    const { log, lines } = logged({ format: "pretty", base: { service: "reverb" } });
    log.warn("Link lost", { address: "nats://127.0.0.1:4222" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: Link lost \{"address":"nats:\/\/127\.0\.0\.1:4222"\}\n$/,
    );
  });

  it("BACKBEAT-REQ-020 createLog tells an error by message, code, data and cause", () => {
    const { log, json } = logged();
    const error = new BackbeatError("nats-unreachable", "Cannot connect", {
      data: { server: "nats://me:pw@host:4222" },
      cause: new Error("refused by nats://me:pw@host:4222"),
    });
    log.error("Stopped", { error });
    expect(json()[0]?.error).toMatchObject({
      message: "Cannot connect",
      code: "nats-unreachable",
      server: "nats://***@host:4222",
      cause: { message: "refused by nats://***@host:4222" },
    });
  });

  it.each([
    ["nats://user:hunter2@host:4222", "nats://***@host:4222"],
    ["nats://hunter2@host:4222", "nats://***@host:4222"],
    ["tls://u:hun@ter2@host", "tls://***@host"],
    ["to user:hunter2@host, nats://u:hunter2@b", "to ***@host, nats://***@b"],
    ["at file:///app/node_modules/@nats-io/core.js:1:2", "at file:///app/node_modules/@nats-io/core.js:1:2"],
    ["nats://127.0.0.1:4222", "nats://127.0.0.1:4222"],
  ])("BACKBEAT-REQ-020 createLog writes no user information of the address %s", (text, expected) => {
    const { log, json } = logged();
    log.info(text, { servers: [text], deep: { text } });
    expect(json()[0]).toMatchObject({ message: expected, servers: [expected], deep: { text: expected } });
  });

  it("BACKBEAT-REQ-020 createLog masks members whose name means a secret", () => {
    const { log, lines } = logged();
    log.info("Settings", { adminToken: "hunter2", "admin-token": "hunter2", nats: { password: "hunter2" } });
    expect(lines.join("")).not.toContain("hunter2");
  });

  it("BACKBEAT-REQ-020 createLog keeps any text on its one line and lets none colour the terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (noise) => {
        const { log, lines } = logged({ format: "pretty" });
        log.info(`a\u001b[31m\n${noise}`);
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
        expect(lines[0]).not.toContain("\u001b");
      }),
    );
  });
});

describe("logFormatOf", () => {
  it.each([
    ["auto", true, true, "json"],
    ["auto", false, false, "json"],
    ["auto", false, true, "pretty"],
    ["json", false, true, "json"],
    ["pretty", true, false, "pretty"],
  ] as const)(
    "BACKBEAT-REQ-020 logFormatOf %s, production %s, terminal %s: %s",
    (format, production, terminal, expected) => {
      expect(logFormatOf(format, { production, terminal })).toBe(expected);
    },
  );
});
