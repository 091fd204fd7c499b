import { describe, expect, it } from "vitest";
import type { AgentRecord } from "./agent-record.ts";
import { type Trouble, type TroubleOptions, troubleOf } from "./trouble.ts";

const options: TroubleOptions = {
  currentBeat: 100,
  barLength: 8,
  isLagging: false,
  inCycle: new Set(["circling"]),
};

/** An agent that claimed in this beat and moved. */
const agentOf = (members: Partial<AgentRecord>) =>
  ({ agentId: "a", state: "executing", beatIndex: 100, changedBeat: 100, ...members }) as AgentRecord;

describe("troubleOf", () => {
  it.each<[string, Trouble, Partial<AgentRecord>]>([
    ["fails, and is silent", "failed", { state: "failed", beatIndex: 1 }],
    ["has not moved for more than a bar", "stalled", { progress: 0.5, changedBeat: 91 }],
    ["has not moved for a bar", "none", { progress: 0.5, changedBeat: 92 }],
    ["does not say how far it is", "none", { changedBeat: 1 }],
    ["does not move and does not speak", "silent", { progress: 0.5, changedBeat: 1, beatIndex: 97 }],
    ["waits in a circle", "cycle", { state: "blocked", agentId: "circling" }],
    ["was in a circle", "none", { agentId: "circling" }],
    ["waits, and is silent", "blocked", { state: "blocked", beatIndex: 1 }],
    ["says nothing", "silent", { state: "idle", beatIndex: 97 }],
    ["has said when it will speak again", "none", { state: "idle", beatIndex: 1, nextBeat: 110 }],
  ])("an agent that %s: %s", (_what, trouble, members) => {
    expect(troubleOf(agentOf(members), options)).toBe(trouble);
  });

  it("calls nobody silent while reverb itself is behind", () => {
    expect(troubleOf(agentOf({ beatIndex: 1 }), { ...options, isLagging: true })).toBe("none");
  });
});
