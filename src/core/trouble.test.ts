import { describe, expect, it } from "vitest";
import type { AgentRecord } from "./agent-record.ts";
import { type Trouble, type TroubleOptions, troubleOf } from "./trouble.ts";

const options: TroubleOptions = {
  presence: "progressing",
  isInCycle: false,
  currentBeat: 100,
  barLength: 8,
};

const agentOf = (members: Partial<AgentRecord>) =>
  ({ state: "executing", changedBeat: 100, ...members }) as AgentRecord;

describe("troubleOf", () => {
  it.each<[string, Trouble, Partial<AgentRecord>, Partial<TroubleOptions>]>([
    ["fails, and is silent", "failed", { state: "failed" }, { presence: "silent" }],
    ["has not moved for more than a bar", "stalled", { progress: 0.5, changedBeat: 91 }, {}],
    ["has not moved for a bar", "none", { progress: 0.5, changedBeat: 92 }, {}],
    ["does not say how far it is", "none", { changedBeat: 1 }, {}],
    ["does not move and does not speak", "silent", { progress: 0.5, changedBeat: 1 }, { presence: "silent" }],
    ["waits in a circle", "cycle", { state: "blocked" }, { isInCycle: true }],
    ["waits", "blocked", { state: "blocked" }, { presence: "silent" }],
    ["says nothing", "silent", { state: "idle" }, { presence: "silent" }],
    ["is well", "none", {}, { presence: "alive" }],
  ])("an agent that %s: %s", (_what, trouble, members, changes) => {
    expect(troubleOf(agentOf(members), { ...options, ...changes })).toBe(trouble);
  });
});
