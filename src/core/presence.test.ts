import { describe, expect, test } from "vitest";
import { type ClaimTelling, ReverbScenario } from "../../test/support/reverb-scenario.ts";
import { presenceOf, summarizeAgent } from "./presence.ts";

/** What agent "a" is at a beat, after claims on these beats. */
function presenceAt(
  currentBeat: number,
  claims: Readonly<Record<number, ClaimTelling>>,
  options = { isLagging: false },
) {
  const story = new ReverbScenario();
  for (let beat = 1; beat <= currentBeat; beat += 1) {
    story.frame(beat);
    const telling = claims[beat];
    if (telling !== undefined) story.claim("a", beat, telling);
  }
  const found = story.core.findAgent("a");
  return found && presenceOf(found.agent, { currentBeat, barLength: 8, ...options });
}

const same: ClaimTelling = { progress: 0.5, task_id: "t" };
const steadily = (beats: number): Record<number, ClaimTelling> =>
  Object.fromEntries(Array.from({ length: beats }, (_, at) => [at + 1, same]));

describe("BACKBEAT-REQ-020 presenceOf", () => {
  test("silent: no claim for two whole beats past the due beat, which follows the last claim", () => {
    expect(presenceAt(5, { 3: same })).toBe("progressing");
    expect(presenceAt(6, { 3: same })).toBe("silent");
  });

  test("silent counts from next_beat where one is announced, unless it is over already", () => {
    const announced = { 3: { metadata: { next_beat: 6 } } };
    expect(presenceAt(7, announced)).toBe("progressing");
    expect(presenceAt(8, announced)).toBe("silent");
    expect(presenceAt(5, { 3: { metadata: { next_beat: 1 } } })).toBe("progressing");
  });

  test("silent is said of nobody while reverb itself lags", () => {
    expect(presenceAt(7, { 3: same }, { isLagging: true })).toBe("progressing");
  });

  test("waiting: last state blocked, or next_beat ahead", () => {
    expect(presenceAt(3, { 3: { state: "blocked" } })).toBe("waiting");
    expect(presenceAt(5, { 3: { metadata: { next_beat: 6 } } })).toBe("waiting");
    expect(presenceAt(6, { 3: { metadata: { next_beat: 6 } } })).toBe("progressing");
    expect(presenceAt(6, { 3: { state: "blocked" } })).toBe("silent");
  });

  test("progressing: state, task or progress changed within one bar; else alive, also across bars", () => {
    expect(presenceAt(9, steadily(9))).toBe("progressing");
    expect(presenceAt(10, steadily(10))).toBe("alive");
    expect(presenceAt(17, steadily(17))).toBe("alive");
    for (const change of [{ progress: 0.6 }, { state: "planning" }, { task_id: "u" }] as const)
      expect(presenceAt(12, { ...steadily(12), 12: { ...same, ...change } })).toBe("progressing");
  });

  test("an agent is forgotten once the bar after that of its last claim is closed", () => {
    expect(presenceAt(16, { 3: same })).toBe("silent");
    expect(presenceAt(17, { 3: same })).toBe("silent");
    expect(presenceAt(18, { 3: same })).toBeUndefined();
  });
});

describe("BACKBEAT-REQ-020 AgentRecord", () => {
  test("an agent that was forgotten and comes back with the same words has changed", () => {
    expect(presenceAt(26, { 3: same, 26: same })).toBe("progressing");
    const story = new ReverbScenario();
    story.frames(1, 3);
    story.claim("a", 3, same);
    story.frames(4, 26);
    story.claim("a", 26, same);
    expect(story.core.findAgent("a")?.agent.changedBeat).toBe(26);
  });

  test("after a restart of the timeline an agent has changed at its first claim", () => {
    const story = new ReverbScenario();
    story.frames(1_001, 1_003);
    story.claim("a", 1_003, same);
    for (const beat of [1, 2, 3]) story.frame(beat, { deadline_at: "2027-01-01T00:00:00Z" });
    expect(story.core.findAgent("a")).toBeUndefined();
    story.claim("a", 3, same);
    expect(story.core.findAgent("a")?.agent).toMatchObject({ changedBeat: 3, beatIndex: 3, claims: 1 });
  });
});

describe("BACKBEAT-REQ-020 summarizeAgent", () => {
  test("tells the last claim with only what was given", () => {
    const story = new ReverbScenario();
    story.frames(1, 2);
    story.claim("a", 2, { progress: 1, beats_left: 0, notes: "n", task_id: "t", dependencies: ["b"] });
    story.claim("a", 1, { state: "idle" });
    story.frame(3);
    const found = story.core.findAgent("a");
    const summary =
      found && summarizeAgent(found.agent, { ...found, currentBeat: 3, barLength: 8, isLagging: false });
    expect(summary).toEqual({
      agentId: "a",
      presence: "progressing",
      state: "idle",
      beatIndex: 1,
      dependencies: [],
      ageBeats: 2,
      lastClaimMs: expect.any(Number),
      windowId: story.core.currentWindowId,
      claimsCount: 2,
    });
  });

  test("in the grace of a bar a claim for it does not hide a newer one", () => {
    const story = new ReverbScenario();
    story.frames(1, 9);
    story.claim("a", 9, { progress: 0.7, beats_left: 0, metadata: { next_beat: 11 } });
    story.claim("a", 8, { progress: 0.6 });
    story.claim("b", 8);
    const seen: Record<string, unknown> = {};
    story.core.eachAgent(({ agentId, beatIndex, progress, beatsLeft, nextBeat, claims }) => {
      seen[agentId] = { beatIndex, progress, beatsLeft, nextBeat, claims };
    });
    expect(seen).toEqual({
      a: { beatIndex: 9, progress: 0.7, beatsLeft: 0, nextBeat: 11, claims: 1 },
      b: { beatIndex: 8, claims: 1 },
    });
    expect(story.core.findAgent("c")).toBeUndefined();
  });
});
