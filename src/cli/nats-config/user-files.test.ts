import { describe, expect, it } from "vitest";
import type { ConfigUser } from "../../nats/config/server-config.ts";
import { envFile, secretFileName } from "./user-files.ts";

const user = (changes: Partial<ConfigUser> = {}): ConfigUser => ({
  name: "ci:build",
  role: "agent",
  secret: { kind: "nkey", secret: "SU…", known: "U…" },
  ...changes,
});

const place = {
  clusterId: "prod",
  servers: [
    { host: "10.0.0.5", port: 4222, tls: false },
    { host: "::1", port: 4333, tls: true },
  ],
  secretPath: "/etc/backbeat/ci+build.nk",
  variables: {},
  agentVariables: {},
};

describe("envFile", () => {
  it("an agent with a key finds the servers, its key, its inboxes and its name", () => {
    expect(envFile(user(), place)).toEqual({
      name: "ci+build.env",
      text: [
        "BACKBEAT_CLUSTER=prod",
        "BACKBEAT_NATS=nats://10.0.0.5:4222,tls://[::1]:4333",
        "BACKBEAT_NATS_INBOX_PREFIX=_INBOX.ci:build",
        "BACKBEAT_NATS_NKEY=/etc/backbeat/ci+build.nk",
        "BACKBEAT_AGENT=ci:build",
        "",
      ].join("\n"),
    });
  });

  it("a password stands in each address, the colon of a name encoded", () => {
    const secret = { kind: "password", secret: "p", known: "p" } as const;
    const { text } = envFile(user({ secret }), place);
    expect(text).toContain("BACKBEAT_NATS=nats://ci%3Abuild:p@10.0.0.5:4222,tls://ci%3Abuild:p@[::1]:4333\n");
    expect(text).not.toContain("NKEY");
  });

  it("reverb is no agent; subjects that are called otherwise are handed on", () => {
    const { text } = envFile(user({ name: "reverb", role: "reverb" }), {
      ...place,
      variables: { BACKBEAT_SUBJECT_BEAT: "x.beats" },
    });
    expect(text).not.toContain("BACKBEAT_AGENT");
    expect(text).toContain("BACKBEAT_SUBJECT_BEAT=x.beats\n");
  });
});

describe("secretFileName", () => {
  it("two agents never share a file", () => {
    expect(["a:b", "a_b", "a-b"].map((name) => secretFileName(name, "nkey"))).toEqual([
      "a+b.nk",
      "a_b.nk",
      "a-b.nk",
    ]);
    expect(secretFileName("a", "password")).toBe("a.password");
  });
});
