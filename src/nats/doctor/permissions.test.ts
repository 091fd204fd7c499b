import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../contracts/subjects.ts";
import { hasEffect, judgePermissions, keyOf, rolesOf, type Verdict } from "./permissions.ts";

const subjects = subjectsOf("c");
const roles = rolesOf({ clusterId: "c", subjects, inboxPrefix: "_INBOX", hasJournal: true });
const needs = roles.flatMap((role) => [...role.needs, ...role.asks]);

function judge(verdictOf: (key: string) => Verdict) {
  return judgePermissions(roles, new Map(needs.map((need) => [keyOf(need), verdictOf(keyOf(need))])));
}

describe("judgePermissions", () => {
  it("all allowed: each role is ok", () => {
    expect(judge(() => "allowed").map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  it("what was not tried is named, and is nothing bad", () => {
    const findings = judge((key) => (/^publish .*\.(beat|status|reverb)$/.test(key) ? "untried" : "allowed"));
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(findings[2]?.found).toMatch(/not tried: publish on backbeat\.c\.beat/);
  });

  it("a user of one role is told what it cannot be, which is fine", () => {
    const findings = judge((key) => (key === "subscribe backbeat.c.now" ? "forbidden" : "allowed"));
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "note", "ok", "ok"]);
    expect(findings[2]?.found).toBe("as pulse this user is not allowed to subscribe to backbeat.c.now");
  });

  it("a user that can be nothing has a problem", () => {
    const findings = judge(() => "forbidden");
    expect(findings.map(({ level }) => level)).toEqual([
      "problem",
      "problem",
      "problem",
      "problem",
      "problem",
    ]);
    expect(findings[0]?.found).toMatch(/and \d+ more/);
  });

  it("a user that is only the operator, or only one of another role, has no problem", () => {
    for (const role of roles) {
      const may = new Set(role.needs.map(keyOf));
      const findings = judge((key) => (may.has(key) ? "allowed" : "forbidden"));
      expect(findings.map(({ level }) => level)).not.toContain("problem");
      expect(findings[roles.indexOf(role)]).toMatchObject({ level: "ok" });
    }
  });

  it("an agent that may not ask for streams can be one, and is told what that means", () => {
    const findings = judge((key) => (key.includes("STREAM.NAMES") ? "forbidden" : "allowed"));
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(findings[3]).toMatchObject({
      found: "this user may do what agent needs, but not publish on $JS.API.STREAM.NAMES",
      means: expect.stringContaining("logs each refusal"),
      fix: expect.stringContaining("nats-config"),
    });
  });

  it("without JetStream nobody needs anything of it", () => {
    const without = rolesOf({ clusterId: "c", subjects, inboxPrefix: "_INBOX", hasJournal: false });
    expect(without.map(({ name }) => name)).toEqual([
      "reverb without a journal",
      "pulse",
      "agent",
      "operator",
    ]);
    for (const { needs } of without)
      expect(needs.map(keyOf).join()).not.toMatch(/STREAM\.(CREATE|LIST|MSG)|CONSUMER/);
  });

  it("nothing that would be taken for a beat, a claim or a report is ever tried", () => {
    const kept = needs.filter((need) => hasEffect(need, subjects)).map(keyOf);
    expect([...new Set(kept)].sort()).toEqual([
      "publish backbeat.c.beat",
      "publish backbeat.c.reverb",
      "publish backbeat.c.status",
    ]);
  });
});
