import { describe, expect, test } from "vitest";
import { BAR, type ClaimTelling, ReverbScenario } from "../../test/support/reverb-scenario.ts";
import { SEVERITY_OF } from "./issues.ts";
import { WAIT_GRAPH_DEPENDENCIES_MAX } from "./limits.ts";
import type { IssueCategory } from "./summary.ts";

type Tale = readonly (readonly [agentId: string, telling?: ClaimTelling])[];

/** Bars from beat 1 on, each with these claims on its first beat; all are closed. */
function bars(tales: readonly Tale[], settings = {}): ReverbScenario {
  const story = new ReverbScenario(settings);
  for (const [at, tale] of tales.entries()) {
    const from = 1 + BAR * at;
    story.frame(from);
    for (const [agentId, telling] of tale) story.claim(agentId, from, telling);
    story.frames(from + 1, from + BAR - 1);
  }
  const end = BAR * tales.length;
  story.frames(end + 1, end + 2);
  return story;
}

/** The issue of the first bar, or of the second where two are told. */
function issueOf(category: IssueCategory, tales: readonly Tale[], settings = {}) {
  return bars(tales, settings).issue(1 + BAR * (tales.length - 1), category);
}

const blockedBy = (...dependencies: string[]) => ({ state: "blocked", dependencies }) as const;

describe("BACKBEAT-REQ-021 issues of agents", () => {
  test("secret_rotation names the agents that failed, and where it is required those that did not attest", () => {
    const tale: Tale = [
      ["b", { metadata: { secret_rotation: "failed" } }],
      ["a", { metadata: { secret_rotation: "ok" } }],
      ["c"],
    ];
    const issue = issueOf("secret_rotation", [tale]);
    expect(issue).toMatchObject({ severity: "critical", count: 1, agents: ["b"] });
    const strict = issueOf("secret_rotation", [tale], { rotationRequired: true });
    expect(strict).toMatchObject({ count: 2, agents: ["b", "c"] });
    expect(strict?.text).toBe("secret rotation failed or was not attested: b, c");
  });

  test("failed_tasks counts tasks and names agents", () => {
    const issue = issueOf("failed_tasks", [
      [
        ["b", { state: "failed", task_id: "t" }],
        ["a", { state: "failed", task_id: "t" }],
        ["a", { state: "failed", task_id: "u" }],
        ["c", { state: "failed" }],
        ["c", { state: "executing" }],
      ],
    ]);
    expect(issue).toMatchObject({ severity: "error", count: 3, agents: ["a", "b"] });
    expect(issue?.text).toBe("failed: t (a), t (b), u (a)");
  });

  test("wait_cycle counts circles among agents whose last state is blocked", () => {
    const issue = issueOf("wait_cycle", [
      [
        ["d", blockedBy("b")],
        ["b", blockedBy("d", "a")],
        ["a", blockedBy("c")],
        ["c", blockedBy("a")],
        ["e", blockedBy("a")],
        ["x", blockedBy("y")],
        ["y", blockedBy("x")],
        ["y", { state: "executing" }],
      ],
    ]);
    expect(issue).toMatchObject({ severity: "error", count: 2, agents: ["a", "b", "c", "d"] });
    expect(issue?.cycles).toEqual([
      ["a", "c"],
      ["b", "d"],
    ]);
    expect(issue?.text).toBe("waiting for each other: a ↔ c; b ↔ d");
  });

  test("wait_cycle: where too many wait to be searched, blocked_agents says so", () => {
    const agents = 1 + WAIT_GRAPH_DEPENDENCIES_MAX / 32;
    const everyone = Array.from({ length: 32 }, (_, at) => `a${at}`);
    const tale = Array.from({ length: agents }, (_, at) => [`a${at}`, blockedBy(...everyone)] as const);
    const story = bars([tale]);
    expect(story.issue(1, "wait_cycle")).toBeUndefined();
    expect(story.issue(1, "blocked_agents")?.text).toMatch(/ \(too many to look for wait cycles\)$/);
    const fewer = bars([tale.slice(1)]);
    expect(fewer.issue(1, "wait_cycle")?.count).toBe(1);
    expect(fewer.issue(1, "blocked_agents")?.text).not.toContain("too many");
  });

  test("agents_over_limit counts the claims that a limit refused, in the bar that was full", () => {
    const tale: Tale = [["a"], ["b"], ["c"], ["c", { progress: 1 }], ["a", { progress: 1 }]];
    const issue = issueOf("agents_over_limit", [tale], { limits: { agentsPerWindow: 2 } });
    expect(issue).toMatchObject({ severity: "error", count: 2 });
    expect(issueOf("invalid_messages", [tale], { limits: { agentsPerWindow: 2 } })).toBeUndefined();
  });

  test("blocked_agents names agents whose last state is blocked, the first hundred by name", () => {
    const crowd = Array.from({ length: 150 }, (_, at) => [`a${1_150 - at}`, blockedBy()] as const);
    const issue = issueOf("blocked_agents", [[...crowd, ["z", blockedBy()], ["z", { state: "idle" }]]]);
    expect(issue).toMatchObject({ severity: "warning", count: 150 });
    expect(issue?.agents).toHaveLength(100);
    expect(issue?.agents.slice(0, 2)).toEqual(["a1001", "a1002"]);
    expect(issue?.text).toBe("blocked: a1001, a1002, a1003, a1004, a1005 and 145 more");
  });

  test("silent_agents names who was active in the bar before and has no next_beat beyond this one", () => {
    const tales: Tale[] = [
      [
        ["gone"],
        ["here"],
        ["excused", { metadata: { next_beat: 17 } }],
        ["overdue", { metadata: { next_beat: 16 } }],
        ["changed", { metadata: { next_beat: 99 } }],
        ["changed", { progress: 0.5 }],
      ],
      [["here"]],
    ];
    const issue = issueOf("silent_agents", tales);
    expect(issue).toMatchObject({ severity: "warning", count: 3, agents: ["changed", "gone", "overdue"] });
    expect(issueOf("silent_agents", [...tales, []])).toMatchObject({ count: 1, agents: ["here"] });
  });

  test("stalled_agents names who executes with a progress that did not move for a whole bar", () => {
    const at = (progress: number, more: ClaimTelling = {}) => ({ progress, task_id: "t", ...more });
    const first: Tale = [
      ["stuck", at(0.5)],
      ["moved", at(0.5)],
      ["moved-and-back", at(0.5)],
      ["paused", at(0.5)],
      ["other-task", at(0.5)],
      ["next-task", at(0.5)],
      ["silent-on-progress"],
      ["reached", at(0.4)],
      ["reached", at(0.5)],
    ];
    const second: Tale = [
      ["stuck", at(0.5)],
      ["stuck", at(0.5, { notes: "still" })],
      ["moved", at(0.6)],
      ["moved-and-back", at(0.6)],
      ["moved-and-back", at(0.5)],
      ["paused", at(0.5, { state: "blocked" })],
      ["paused", at(0.5)],
      ["other-task", at(0.5, { task_id: "u" })],
      ["other-task", at(0.5)],
      ["next-task", at(0.5, { task_id: "u" })],
      ["silent-on-progress"],
      ["reached", at(0.5)],
      ["new", at(0.5)],
    ];
    const issue = issueOf("stalled_agents", [first, second]);
    expect(issue).toMatchObject({ severity: "warning", count: 2, agents: ["reached", "stuck"] });
  });
});

describe("BACKBEAT-REQ-021 issues of messages", () => {
  test("late_claims counts claims for closed bars on the oldest open one", () => {
    const story = bars([[["a"]]]);
    story.claim("a", 3);
    story.claim("b", 0);
    story.frames(11, 18);
    expect(story.issue(1, "late_claims")).toBeUndefined();
    expect(story.issue(9, "late_claims")).toMatchObject({ severity: "warning", count: 2 });
  });

  test("invalid_messages counts bodies that could not be read and claims that are too far ahead", () => {
    const story = new ReverbScenario();
    story.frame(1);
    story.refused("claim");
    story.refused("claim");
    story.refused("frame");
    story.claim("a", 10);
    story.frames(2, 10);
    const issue = story.issue(1, "invalid_messages");
    expect(issue).toMatchObject({ severity: "warning", count: 4 });
    expect(issue?.text).toBe("messages refused: 1 too-far-ahead, 2 not-json, 1 frames");
  });

  test("invalid_messages goes to the oldest open bar at that place", () => {
    const story = new ReverbScenario();
    story.frames(1, 9);
    story.refused("claim");
    story.frames(10, 18);
    expect(story.issue(1, "invalid_messages")?.count).toBe(1);
    expect(story.issue(9, "invalid_messages")).toBeUndefined();
  });

  test("duplicate_claims counts repeated bytes", () => {
    const issue = issueOf("duplicate_claims", [[["a"], ["a"], ["a"], ["a", { progress: 1 }], ["a"]]]);
    expect(issue).toMatchObject({ severity: "info", count: 3 });
  });

  test("intake_gap counts the milliseconds without a link, in each bar that they may have touched", () => {
    const story = new ReverbScenario();
    story.gap(5_000);
    story.frames(1, 3);
    story.gap(1_200.2);
    story.frames(4, 9);
    story.frame(10);
    story.gap(70);
    story.gap(30);
    story.frames(17, 26);
    expect(story.issue(1, "intake_gap")).toMatchObject({ severity: "error", count: 1_201 });
    expect(story.issue(9, "intake_gap")).toMatchObject({ count: 100 });
    expect(story.issue(17, "intake_gap")).toMatchObject({ count: 100 });
  });
});

describe("BACKBEAT-REQ-021 issues of time", () => {
  test("missed_beats counts the indexes of the bar without a frame", () => {
    const story = new ReverbScenario();
    for (const beat of [1, 2, 5, 7, 9, 10]) story.frame(beat);
    expect(story.issue(1, "missed_beats")).toMatchObject({ severity: "warning", count: 4 });
  });

  test("missed_beats does not count the beats before a bar was joined", () => {
    const story = new ReverbScenario();
    for (const beat of [4, 5, 7, 8, 9, 10]) story.frame(beat, { metadata: { bar_from: 1 } });
    expect(story.issue(1, "missed_beats")?.count).toBe(1);
    expect(story.issue(1, "partial_window")).toMatchObject({ severity: "info", count: 1 });
    expect(story.issue(1, "partial_window")?.text).toBe("joined at beat 4: what came before is not known");
  });

  test("partial_window: not for a bar that was joined at its downbeat, unless we asked for that frame", () => {
    const heard = new ReverbScenario();
    heard.frames(1, 10);
    expect(heard.issue(1, "partial_window")).toBeUndefined();
    const asked = new ReverbScenario();
    asked.frame(1, { answered: true });
    asked.frames(2, 18);
    expect(asked.issue(1, "partial_window")?.count).toBe(1);
    expect(asked.issue(9, "partial_window")).toBeUndefined();
  });

  test("tempo_drift is raised by a mean of more than a tenth of a beat", () => {
    const driftingBy = (meanMs: number) => {
      const story = new ReverbScenario();
      story.frame(1);
      story.frames(2, 10, { lateMs: (meanMs * 8) / 7 });
      return story.issue(1, "tempo_drift");
    };
    expect(driftingBy(99.9)).toBeUndefined();
    expect(driftingBy(105)).toMatchObject({ severity: "warning", count: 105 });
    expect(driftingBy(-105)).toMatchObject({ severity: "warning", count: 105 });
    expect(driftingBy(105)?.text).toBe("frames off the announced tempo by 105.0 ms on average");
  });

  test("timeline_restarted stands in the next report after the beat began anew, and only there", () => {
    const story = new ReverbScenario();
    story.frames(801, 804, { metadata: { bar_from: 801 } });
    for (const beat of [1, 2, 3]) story.frame(beat, { deadline_at: "2027-01-01T00:00:00Z" });
    expect(story.closed.map((bar) => [bar.fromBeat, bar.toBeat])).toEqual([[801, 804]]);
    expect(story.issue(801, "timeline_restarted")).toMatchObject({ severity: "warning", count: 1 });
    story.frames(4, 10, { deadline_at: "2027-01-01T00:00:00Z" });
    expect(story.issue(1, "timeline_restarted")).toBeUndefined();
  });
});

test("BACKBEAT-REQ-021 issues stand worst first, then by category, in the report with their counts only", () => {
  const story = new ReverbScenario();
  story.frame(2);
  story.claim("a", 2, { state: "failed", metadata: { secret_rotation: "failed" } });
  story.claim("a", 2, { state: "blocked", dependencies: ["a"] });
  story.claim("a", 2, { state: "blocked", dependencies: ["a"] });
  story.refused("claim");
  story.gap(1);
  story.frames(4, 10);
  const order = [
    ["critical", "secret_rotation", 1],
    ["error", "intake_gap", 1],
    ["error", "wait_cycle", 1],
    ["warning", "blocked_agents", 1],
    ["warning", "invalid_messages", 1],
    ["warning", "missed_beats", 1],
    ["info", "duplicate_claims", 1],
    ["info", "partial_window", 1],
  ].map(([severity, category, count]) => ({ severity, category, count }));
  const [bar] = story.closed;
  expect(bar?.report.issues).toEqual(order);
  expect(bar?.issueDetails.map(({ category }) => category)).toEqual(order.map(({ category }) => category));
  expect(Object.keys(SEVERITY_OF)).toHaveLength(15);
});
