import { describe, expect, test } from "vitest";
import { ReverbScenario } from "../../test/support/reverb-scenario.ts";

const helpingWith = (task: number) => ({ state: "helping", task_id: `t${task}` }) as const;

/** A story at beat 1 with these limits. */
function storyWith(limits: object): ReverbScenario {
  const story = new ReverbScenario({ limits });
  story.frame(1);
  return story;
}

describe("invariant R4 Window", () => {
  test("refuses agents above the limit, and goes on with those that it has", () => {
    const story = storyWith({ agentsPerWindow: 2 });
    const outcomes = ["a", "b", "c", "a", "d"].map((agent, at) =>
      story.claim(agent, 1, { progress: at / 10 }),
    );
    expect(outcomes).toEqual(["counted", "counted", "refused-agent-limit", "counted", "refused-agent-limit"]);
    story.frames(2, 9);
    expect(story.claim("c", 9)).toBe("counted");
    expect(story.claim("c", 8)).toBe("refused-agent-limit");
    story.frame(10);
    expect(story.bar(1)).toMatchObject({
      agentsReporting: 2,
      conservation: { received: 6, counted: 3, refused: { "agent-limit": 3 } },
    });
  });

  test("refuses the 65th task of an agent, but no claim of the 64 nor one that leaves no trace", () => {
    const story = storyWith({});
    for (let task = 1; task <= 64; task += 1) expect(story.claim("a", 1, helpingWith(task))).toBe("counted");
    expect(story.claim("a", 1, helpingWith(65))).toBe("refused-task-limit");
    expect(story.claim("a", 1, { ...helpingWith(65), state: "executing" })).toBe("counted");
    expect(story.claim("a", 1, { ...helpingWith(64), progress: 1 })).toBe("counted");
    expect(story.claim("b", 1, helpingWith(65))).toBe("counted");
  });

  test("keeps 32 dependencies of a claim and counts the rest", () => {
    const story = storyWith({});
    const crowd = Array.from({ length: 40 }, (_, at) => `b${at}`);
    story.claim("a", 1, { state: "blocked", dependencies: crowd });
    expect(story.core.findAgent("a")?.agent.dependencies).toEqual(crowd.slice(0, 32));
    expect(story.core.dependenciesCut).toBe(8);
    story.claim("b", 3, { state: "blocked", dependencies: crowd });
    story.frames(2, 10);
    expect(story.core.dependenciesCut).toBe(16);
  });

  test("knows the last 64 counted claims of an agent, and counts one beyond them again", () => {
    const story = storyWith({});
    const claim = (number: number) => story.claim("a", 1, { notes: `claim ${number}` });
    for (let number = 1; number <= 64; number += 1) expect(claim(number)).toBe("counted");
    for (let number = 1; number <= 64; number += 1) expect(claim(number)).toBe("duplicate");
    expect(claim(65)).toBe("counted");
    expect([claim(2), claim(64), claim(65)]).toEqual(["duplicate", "duplicate", "duplicate"]);
    expect(claim(1)).toBe("counted");
    expect([claim(2), claim(4)]).toEqual(["counted", "duplicate"]);
  });

  test("equal bytes of another agent, or in another bar, are no duplicate", () => {
    const story = storyWith({});
    expect(story.claim("a", 1)).toBe("counted");
    expect(story.claim("b", 1)).toBe("counted");
    story.frames(2, 9);
    expect(story.claim("a", 1)).toBe("duplicate");
    story.frame(10);
    expect(story.claim("a", 1)).toBe("late");
  });

  test("limits of 0 leave room for one", () => {
    const story = storyWith({ tasksPerAgent: 0, fingerprintsPerAgent: 0, dependenciesPerClaim: 0 });
    expect(story.claim("a", 1, helpingWith(1))).toBe("counted");
    expect(story.claim("a", 1, helpingWith(1))).toBe("duplicate");
    expect(story.claim("a", 1, helpingWith(2))).toBe("refused-task-limit");
  });
});

test("BACKBEAT-REQ-020 Window was last updated by its newest frame or claim, not by one that was held", () => {
  const story = new ReverbScenario();
  story.frame(1);
  story.claim("a", 2, { afterMs: 50 });
  story.frame(2);
  const [atFrame] = story.core.openWindows();
  story.claim("a", 2, { afterMs: 70, progress: 1 });
  const [atClaim] = story.core.openWindows();
  expect((atClaim?.lastUpdatedMs ?? 0) - (atFrame?.lastUpdatedMs ?? 0)).toBe(70);
});
