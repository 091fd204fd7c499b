import { describe, expect, it } from "vitest";
import { type WatchedReverb, watchedReverb } from "../../test/support/watched-reverb.ts";
import type { ScoreQuery } from "./live-view.ts";

const ALL: ScoreQuery = { hasSums: false, bars: 2, limit: 50, offset: 0, sort: "trouble" };

/** Two bars and a half with an agent of each kind. */
async function fleet(): Promise<WatchedReverb> {
  const house = watchedReverb();
  const { beat, claim, clock } = house;
  for (let index = 1; index <= 20; index += 1) {
    await beat(index);
    claim("ci:well", index, { progress: index / 20 });
    claim("ci:stuck", index, { progress: 0.5 });
    claim("a:1", index, { state: "blocked", dependencies: ["a:2"] });
    claim("a:2", index, { state: "blocked", dependencies: ["a:1", "gone"] });
    claim("a:3", index, { state: "blocked", dependencies: ["a:1"] });
    if (index <= 17) claim("zoe", index, { state: "idle" });
    if (index === 20) claim("ci:bad", index, { state: "failed", task_id: "t" });
    await clock.run(1_000);
  }
  return house;
}

const idsIn = ({ view }: WatchedReverb, query: Partial<ScoreQuery>) => {
  const { lanes, total } = view.score({ ...ALL, ...query });
  return [lanes.map(({ agentId }) => agentId), total];
};

describe("the live score", () => {
  it("shows the worst first, then by name, with what is wrong", async () => {
    const { view } = await fleet();
    const { agentsCount, counts, lanes, total } = view.score(ALL);
    expect(lanes.map(({ agentId, trouble }) => [agentId, trouble])).toEqual([
      ["ci:bad", "failed"],
      ["ci:stuck", "stalled"],
      ["a:1", "cycle"],
      ["a:2", "cycle"],
      ["a:3", "blocked"],
      ["zoe", "silent"],
      ["ci:well", "none"],
    ]);
    expect([total, agentsCount]).toEqual([7, 7]);
    expect(counts).toMatchObject({
      states: { executing: 2, blocked: 3, failed: 1, idle: 1, helping: 0 },
      presence: { progressing: 2, waiting: 3, alive: 1, silent: 1 },
      trouble: { failed: 1, stalled: 1, cycle: 2, blocked: 1, silent: 1, none: 1 },
    });
  });

  it("shows beat by beat what was seen, from the first beat of the bars that were asked for", async () => {
    const { view } = await fleet();
    const { bars, lanes, range } = view.score(ALL);
    expect(range).toEqual({ fromBeat: 9, toBeat: 20 });
    expect(bars.map(({ fromBeat, open, toBeat }) => [fromBeat, toBeat, open])).toEqual([
      [9, 16, false],
      [17, 24, true],
    ]);
    const cellsOf = (id: string) => lanes.find(({ agentId }) => agentId === id)?.cells;
    expect(cellsOf("zoe")).toBe("iiiiiiiii...");
    expect(cellsOf("ci:bad")).toBe("...........f");
    expect(cellsOf("a:1")).toBe("bbbbbbbbbbbb");
    expect(view.score({ ...ALL, bars: 1 }).range).toEqual({ fromBeat: 17, toBeat: 20 });
    // Three bars are known; where more are asked for, their length is guessed.
    expect(view.score({ ...ALL, bars: 8 }).range).toEqual({ fromBeat: 0, toBeat: 20 });
  });

  it("after a timeline that began anew shows its bars, not those of the line before", async () => {
    const { beat, claim, clock, view } = await fleet();
    for (let index = 1; index <= 8; index += 1) {
      await beat(index, { metadata: { epoch: 2, bar_from: 1, bar_length: 8 } });
      claim("zoe", index);
      await clock.run(1_000);
    }
    const { bars, lanes, range } = view.score({ ...ALL, bars: 8 });
    expect(range?.toBeat).toBe(8);
    expect(range?.fromBeat).toBeLessThanOrEqual(1);
    expect(bars.map(({ fromBeat }) => fromBeat)).toEqual([1]);
    expect(lanes.find(({ agentId }) => agentId === "zoe")?.cells.slice(-3)).toBe("eee");
  });

  it.each<[Partial<ScoreQuery>, readonly string[], number]>([
    [{ sort: "name" }, ["a:1", "a:2", "a:3", "ci:bad", "ci:stuck", "ci:well", "zoe"], 7],
    [{ state: "blocked" }, ["a:1", "a:2", "a:3"], 3],
    [{ presence: "silent" }, ["zoe"], 1],
    [{ trouble: "cycle" }, ["a:1", "a:2"], 2],
    [{ trouble: "any", limit: 2 }, ["ci:bad", "ci:stuck"], 6],
    [{ prefix: "ci:" }, ["ci:bad", "ci:stuck", "ci:well"], 3],
    [{ search: "ST" }, ["ci:stuck"], 1],
    [{ group: "a:" }, ["a:1", "a:2", "a:3"], 3],
    [{ offset: 2, limit: 3 }, ["a:1", "a:2", "a:3"], 7],
    [{ offset: 6, limit: 3 }, ["ci:well"], 7],
    [{ offset: 7 }, [], 7],
    [{ state: "helping" }, [], 0],
  ])("filters and pages by %j", async (query, ids, total) => {
    expect(idsIn(await fleet(), query)).toEqual([ids, total]);
  });

  it("counts over all whose ids are meant, whatever else was asked", async () => {
    const { view } = await fleet();
    const { counts, total } = view.score({ ...ALL, group: "ci:", state: "failed" });
    expect(total).toBe(1);
    expect(counts.states).toMatchObject({ executing: 2, failed: 1, blocked: 0 });
  });

  it("sums all whose ids are meant up beat by beat, where it is asked for", async () => {
    const { view } = await fleet();
    expect(view.score(ALL).sums).toBeUndefined();
    const { sums } = view.score({ ...ALL, hasSums: true, group: "ci:", state: "failed", limit: 1 });
    expect(sums).toMatchObject({
      e: Array.from({ length: 12 }, () => 2),
      f: [...Array.from({ length: 11 }, () => 0), 1],
      b: Array.from({ length: 12 }, () => 0),
    });
  });

  it("shows groups, the one with the worst trouble first", async () => {
    const { view } = await fleet();
    const page = view.groups({ sort: "trouble", offset: 0, limit: 2 });
    expect(page).toMatchObject({
      total: 3,
      ungroupedAgents: 0,
      groups: [
        { group: "ci:", agentsCount: 3, trouble: { failed: 1, stalled: 1, none: 1 } },
        { group: "a:", agentsCount: 3, states: { blocked: 3 }, presence: { waiting: 3 } },
      ],
    });
    expect(view.groups({ sort: "name", offset: 0, limit: 9 }).groups.map(({ group }) => group)).toEqual([
      "a:",
      "ci:",
      "zoe",
    ]);
  });

  it("R4 tells so many groups apart and counts the agents of all others", async () => {
    const { beat, claim, settle, view } = watchedReverb();
    await beat(1);
    for (let group = 0; group < 1_005; group += 1) claim(`g${group}:1`, 1);
    await settle();
    expect(view.groups({ sort: "name", offset: 0, limit: 1 })).toMatchObject({
      total: 1_000,
      ungroupedAgents: 5,
    });
  });

  it("tells an agent's story: whom it waits for, who waits for it, and in which circle", async () => {
    const { view } = await fleet();
    expect(view.story("a:1")).toMatchObject({
      trouble: "cycle",
      changedBeat: 1,
      waitsFor: [{ agentId: "a:2", state: "blocked", presence: "waiting" }],
      waitedForBy: ["a:2", "a:3"],
      waitedForByCount: 2,
      cycle: ["a:1", "a:2"],
      tasks: [],
    });
    expect(view.story("a:2")?.waitsFor).toContainEqual({
      agentId: "gone",
      state: undefined,
      presence: undefined,
    });
    const bad = view.story("ci:bad");
    expect(bad).toMatchObject({
      tasks: [{ taskId: "t", state: "failed" }],
      cycle: undefined,
      waitedForBy: [],
    });
    expect(bad?.cells).toEqual({ fromBeat: 0, toBeat: 20, letters: `${".".repeat(20)}f` });
    expect(view.story("nobody")).toBeUndefined();
  });

  it("shows waits, those of circles first, as many as were asked for", async () => {
    const { view } = await fleet();
    const page = view.waits(3);
    expect(page).toMatchObject({
      blockedCount: 3,
      areSearched: true,
      cycles: [["a:1", "a:2"]],
      cyclesCount: 1,
      edges: [
        { from: "a:1", to: "a:2" },
        { from: "a:2", to: "a:1" },
        { from: "a:2", to: "gone" },
      ],
      edgesCount: 4,
    });
    expect(page.agents).toContainEqual({
      agentId: "gone",
      state: undefined,
      presence: undefined,
      isInCycle: false,
    });
    expect(page.agents).toContainEqual({
      agentId: "a:1",
      state: "blocked",
      presence: "waiting",
      isInCycle: true,
    });
  });

  it("R4 looks for no circles among too many waits, and says so", async () => {
    const { beat, claim, settle, view } = watchedReverb();
    await beat(1);
    const dependencies = Array.from({ length: 32 }, (_, at) => `b${at}`);
    for (let agent = 0; agent < 700; agent += 1) claim(`b${agent}`, 1, { state: "blocked", dependencies });
    await settle();
    expect(view.waits(10)).toMatchObject({
      blockedCount: 700,
      areSearched: false,
      cyclesCount: 0,
      edgesCount: 22_400,
    });
  });

  it("shows nothing before the first frame", () => {
    const { view } = watchedReverb();
    expect(view.score(ALL)).toMatchObject({
      range: undefined,
      lanes: [],
      bars: [],
      total: 0,
      agentsCount: 0,
    });
    expect(view.groups({ sort: "name", offset: 0, limit: 9 }).groups).toEqual([]);
    expect(view.waits(9)).toMatchObject({ blockedCount: 0, edges: [], agents: [] });
  });
});
