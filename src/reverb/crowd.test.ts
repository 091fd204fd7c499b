import { describe, expect, it } from "vitest";
import { Crowd, groupOf, meansId } from "./crowd.ts";

describe("groupOf", () => {
  it.each([
    ["ci:build-7", "ci:"],
    ["a-b:c:d", "a-b:"],
    ["agent-001", "agent-"],
    ["agent_001-x", "agent_"],
    ["alone", "alone"],
    [":x", ":"],
  ])("%s belongs to %s", (agentId, group) => {
    expect(groupOf(agentId)).toBe(group);
  });
});

describe("meansId", () => {
  it.each([
    [{}, "any", true],
    [{ prefix: "ci:" }, "ci:1", true],
    [{ prefix: "ci:" }, "xci:1", false],
    [{ search: "BUILD" }, "ci:build-7", true],
    [{ search: "build" }, "ci:BUILD-7", true],
    [{ search: "test" }, "ci:build-7", false],
    [{ group: "agent-" }, "agent-1", true],
    [{ group: "agent-" }, "agent-1:x", false],
    [{ group: "ci:", search: "7" }, "ci:6", false],
  ])("%j means %s: %s", (query, agentId, expected) => {
    expect(meansId(query)(agentId)).toBe(expected);
  });
});

describe("Crowd", () => {
  it("counts by every word, and knows the worst", () => {
    const crowd = new Crowd();
    crowd.add({ state: "idle", presence: "alive", trouble: "none" });
    expect(crowd.worst).toBe(5);
    crowd.add({ state: "blocked", presence: "waiting", trouble: "cycle" });
    expect(crowd.worst).toBe(2);
    expect(crowd).toMatchObject({
      agentsCount: 2,
      states: { idle: 1, blocked: 1, failed: 0 },
      presence: { alive: 1, waiting: 1, silent: 0 },
      trouble: { none: 1, cycle: 1, failed: 0 },
    });
  });
});
