import { describe, expect, it } from "vitest";
import { AGENTS_MAX, namedAgents } from "./named-agents.ts";

const file = (...lines: readonly string[]) => ({ path: "agents.txt", text: lines.join("\n") });

describe("namedAgents", () => {
  it("takes a list and a file, each agent once, and passes over remarks", () => {
    expect(namedAgents(["a", "b:1"], file("# the fleet", "", "c", " b:1 ", "d\r"))).toEqual({
      agents: ["a", "b:1", "c", "d"],
      mistakes: [],
    });
  });

  it("tells every line that is no id, twenty at most, and how many more there are", () => {
    expect(namedAgents([], file("ok", "a b", `x/${"y".repeat(100)}`)).mistakes).toEqual([
      'agents.txt line 2 is "a b", expected 1 to 128 letters, digits, _, : or -',
      expect.stringMatching(/^agents\.txt line 3 is "x\/y{58}…", expected/),
    ]);
    const { mistakes } = namedAgents([], file(...Array.from({ length: 25 }, () => "no id")));
    expect([mistakes.length, mistakes.at(-1)]).toEqual([
      21,
      "agents.txt has 5 more lines that are no agent's id",
    ]);
  });

  it.each(["reverb", "pulse", "operator"])("an agent cannot be called %s", (name) => {
    expect(namedAgents([name]).mistakes).toEqual([
      `the agent ${name} is called as the user of ${name} is, expected another name`,
    ]);
  });

  it("an agent may be called agent", () => {
    expect(namedAgents(["agent"]).mistakes).toEqual([]);
  });

  it("nobody, and too many, are mistakes", () => {
    expect(namedAgents([]).mistakes).toEqual(["no agent is named, expected --agents or --agents-file"]);
    const many = Array.from({ length: AGENTS_MAX + 1 }, (_, at) => `a${at}`);
    expect(namedAgents(many.slice(1)).mistakes).toEqual([]);
    expect(namedAgents(many).mistakes).toEqual(["10001 agents are named, expected at most 10000"]);
  });
});
