import { describe, expect, test } from "vitest";
import { ReverbScenario } from "../../test/support/reverb-scenario.ts";
import { encodeReport } from "../contracts/encode.ts";

/** Tells bar 1 (beats 1–8) and closes it; beat 10 is the first entry after the frame that shows it to be over. */
function barOne(tell: (story: ReverbScenario) => void, settings = {}): ReverbScenario {
  const story = new ReverbScenario(settings);
  story.frame(1);
  tell(story);
  story.frames(2, 10);
  return story;
}

/** Two bars: `first` is told on beat 1, `second` on beat 9; both are closed. */
function twoBars(
  first: (story: ReverbScenario) => void,
  second: (story: ReverbScenario) => void,
  settings = {},
): ReverbScenario {
  const story = barOne(first, settings);
  second(story);
  story.frames(11, 18);
  return story;
}

const nothing = () => {};

describe("BACKBEAT-REQ-021 agents_reporting", () => {
  test("BACKBEAT-REQ-021 agents_reporting counts distinct agents of counted claims", () => {
    const story = barOne((told) => {
      told.claim("a", 1);
      told.claim("a", 1, { progress: 0.5 });
      told.claim("b", 1);
      told.claim("b", 1);
      told.claim("c", 4_000);
    });
    expect(story.bar(1).report.agents_reporting).toBe(2);
    expect(story.bar(1).claimsCount).toBe(3);
  });

  test("BACKBEAT-REQ-021 Aggregator reports a bar without claims", () => {
    const story = barOne(nothing);
    expect(new TextDecoder().decode(encodeReport(story.bar(1).report))).toBe(
      `{"type":"backbeat.barreport.v1","window_id":"${story.bar(1).windowId}","from_beat":1,"to_beat":8,` +
        `"agents_reporting":0,"on_time_reviews":0,"help_promises_fulfilled":0,"secret_rotations_ok":true,` +
        `"tempo_drift_ms":0}`,
    );
  });
});

describe("BACKBEAT-REQ-021 on_time_reviews", () => {
  const onTime = (tell: (story: ReverbScenario) => void) => barOne(tell).bar(1).report.on_time_reviews;

  test.each(["reviewing", "completed"] as const)("counts an agent that says %s by the deadline", (state) => {
    expect(onTime((told) => told.claim("a", 1, { state, afterMs: 1_000 }))).toBe(1);
    expect(onTime((told) => told.claim("a", 1, { state, afterMs: 1_000.5 }))).toBe(0);
  });

  test("BACKBEAT-REQ-021 on_time_reviews looks at the first such claim of an agent only", () => {
    const late = { state: "reviewing", afterMs: 1_500 } as const;
    const early = { state: "completed", afterMs: 500 } as const;
    expect(onTime((told) => [told.claim("a", 1, late), told.claim("a", 1, early)])).toBe(0);
    expect(onTime((told) => [told.claim("a", 1, early), told.claim("a", 1, late)])).toBe(1);
    expect(onTime((told) => [told.claim("a", 1), told.claim("a", 1, early)])).toBe(1);
  });

  test("BACKBEAT-REQ-021 on_time_reviews asks for the deadline of the beat that the claim names", () => {
    const story = new ReverbScenario();
    story.frames(1, 4);
    story.claim("slow", 2, { state: "reviewing" });
    story.claim("quick", 4, { state: "reviewing" });
    story.frames(5, 10);
    expect(story.bar(1).report.on_time_reviews).toBe(1);
  });

  test("BACKBEAT-REQ-021 on_time_reviews takes the deadline of a lost frame from the nearest heard", () => {
    const reviewAt = (afterMs: number) => {
      const story = new ReverbScenario();
      story.frame(1);
      story.frame(5);
      story.claim("a", 3, { state: "reviewing", afterMs });
      story.frames(6, 10);
      return story.bar(1).report.on_time_reviews;
    };
    // Beat 3 ends a second before beat 5 is due.
    expect(reviewAt(-1_000)).toBe(1);
    expect(reviewAt(-999)).toBe(0);
  });

  test("BACKBEAT-REQ-021 on_time_reviews takes a held claim as on time", () => {
    const story = new ReverbScenario();
    story.frame(1);
    expect(story.claim("a", 2, { state: "completed" })).toBe("held");
    story.frame(2, { lateMs: 5_000 });
    story.frames(3, 10);
    expect(story.bar(1).report.on_time_reviews).toBe(1);
  });

  test("BACKBEAT-REQ-021 on_time_reviews does not count a late claim nor a repeated one", () => {
    const story = barOne(nothing);
    expect(story.claim("a", 1, { state: "reviewing" })).toBe("late");
    story.frames(11, 18);
    expect(story.bar(1).report.on_time_reviews).toBe(0);
    expect(story.bar(9).report.on_time_reviews).toBe(0);
  });
});

describe("BACKBEAT-REQ-021 help_promises_fulfilled", () => {
  const kept = (story: ReverbScenario) => story.closed.map((bar) => bar.report.help_promises_fulfilled);
  const help = { state: "helping", task_id: "t" } as const;
  const done = { state: "completed", task_id: "t" } as const;
  const failed = { state: "failed", task_id: "t" } as const;

  test.each([{ progress: 1 }, { beats_left: 0 }])(
    "BACKBEAT-REQ-021 a helping claim with %j fulfils",
    (end) => {
      expect(kept(barOne((told) => told.claim("a", 1, { ...help, ...end })))).toEqual([1]);
    },
  );

  test("BACKBEAT-REQ-021 completed of the same agent and task fulfils, of another does not", () => {
    expect(kept(barOne((told) => [told.claim("a", 1, help), told.claim("a", 1, done)]))).toEqual([1]);
    expect(kept(barOne((told) => [told.claim("a", 1, help), told.claim("b", 1, done)]))).toEqual([0]);
    const other = { ...done, task_id: "u" };
    expect(kept(barOne((told) => [told.claim("a", 1, help), told.claim("a", 1, other)]))).toEqual([0]);
    expect(kept(barOne((told) => [told.claim("a", 1, done), told.claim("a", 1, help)]))).toEqual([0]);
  });

  test("BACKBEAT-REQ-021 a promise of the bar before is fulfilled in this one, one of two bars before is not", () => {
    const inNext = twoBars(
      (told) => told.claim("a", 1, help),
      (told) => told.claim("a", 10, done),
    );
    expect(kept(inNext)).toEqual([0, 1]);
    const tooLate = twoBars((told) => told.claim("a", 1, help), nothing);
    tooLate.claim("a", 18, done);
    tooLate.frames(19, 26);
    expect(kept(tooLate)).toEqual([0, 0, 0]);
  });

  test("BACKBEAT-REQ-021 failed ends a promise unfulfilled", () => {
    const story = twoBars(
      (told) => [told.claim("a", 1, help), told.claim("a", 1, failed)],
      (told) => told.claim("a", 10, done),
    );
    expect(kept(story)).toEqual([0, 0]);
  });

  test("BACKBEAT-REQ-021 each promise counts once, and repeating an ended claim opens none", () => {
    const end = { ...help, progress: 1 };
    const story = twoBars(
      (told) => [told.claim("a", 1, end), told.claim("a", 1, { ...end, notes: "again" })],
      (told) => [told.claim("a", 10, end), told.claim("a", 10, done)],
    );
    expect(kept(story)).toEqual([1, 0]);
  });

  test("BACKBEAT-REQ-021 promises of several agents and tasks are counted each", () => {
    const story = barOne((told) => {
      for (const agent of ["a", "b"])
        for (const task_id of ["t", "u"]) told.claim(agent, 1, { ...help, task_id, progress: 1 });
      told.claim("c", 1, { state: "helping", beats_left: 0 });
    });
    expect(kept(story)).toEqual([5]);
  });
});

describe("BACKBEAT-REQ-021 secret_rotations_ok", () => {
  const ok = { metadata: { secret_rotation: "ok" } };
  const failed = { metadata: { secret_rotation: "failed" } };
  const isOk = (tell: (story: ReverbScenario) => void, rotationRequired = false) =>
    barOne(tell, { rotationRequired }).bar(1).report.secret_rotations_ok;

  test("BACKBEAT-REQ-021 secret_rotations_ok is false once an agent says failed, also if it says ok after", () => {
    expect(isOk((told) => told.claim("a", 1))).toBe(true);
    expect(isOk((told) => told.claim("a", 1, failed))).toBe(false);
    expect(isOk((told) => [told.claim("a", 1, failed), told.claim("a", 1, ok)])).toBe(false);
  });

  test("BACKBEAT-REQ-021 secret_rotations_ok wants every reporting agent's word where rotation is required", () => {
    expect(isOk(nothing, true)).toBe(true);
    expect(isOk((told) => told.claim("a", 1, ok), true)).toBe(true);
    expect(isOk((told) => [told.claim("a", 1, ok), told.claim("a", 1)], true)).toBe(true);
    expect(isOk((told) => [told.claim("a", 1, ok), told.claim("b", 1)], true)).toBe(false);
  });
});

describe("BACKBEAT-REQ-021 tempo_drift_ms", () => {
  test("BACKBEAT-REQ-021 tempo_drift_ms is the mean lag behind the announced tempo, the first frame included", () => {
    const story = new ReverbScenario();
    for (let beat = 1; beat <= 10; beat += 1) story.frame(beat, { lateMs: 500 + 10 * (beat - 1) });
    // 0, 10, … 70 ms
    expect(story.bar(1).report.tempo_drift_ms).toBe(35);
  });

  test("BACKBEAT-REQ-021 tempo_drift_ms is negative when the pulse is ahead, and bridges lost frames", () => {
    const story = new ReverbScenario();
    for (const beat of [1, 4, 8, 9, 10]) story.frame(beat, { lateMs: -3 * (beat - 1) });
    expect(story.bar(1).report.tempo_drift_ms).toBe(-10);
  });

  test("BACKBEAT-REQ-021 tempo_drift_ms leaves out frames that we asked for, but not the beats that passed", () => {
    const story = new ReverbScenario();
    story.frames(1, 3);
    story.frame(6, { answered: true, lateMs: 700 });
    story.frames(7, 10);
    expect(story.bar(1).report.tempo_drift_ms).toBe(0);
  });
});

test("BACKBEAT-REQ-021 completed_tasks and failed_tasks count the last state of an (agent, task) in the bar", () => {
  const story = barOne((told) => {
    told.claim("a", 1, { state: "failed", task_id: "t" });
    told.claim("a", 1, { state: "completed", task_id: "t" });
    told.claim("b", 1, { state: "completed", task_id: "t" });
    told.claim("b", 1, { state: "executing", task_id: "t" });
    told.claim("c", 1, { state: "failed", task_id: "t" });
    told.claim("c", 1, { state: "failed", task_id: "u" });
    told.claim("c", 1, { state: "completed" });
  });
  expect(story.bar(1)).toMatchObject({ completedTasks: 2, failedTasks: 2 });
});

test("BACKBEAT-REQ-021 state_counts and claims_count count claims; duplicates and late ones stand beside them", () => {
  const story = barOne((told) => {
    told.claim("a", 1, { state: "planning" });
    told.claim("a", 1, { state: "executing" });
    told.claim("b", 1, { state: "executing" });
    told.claim("b", 1, { state: "executing" });
  });
  expect(story.claim("c", 3)).toBe("late");
  story.frames(11, 18);
  const { claimsCount, conservation, stateCounts } = story.bar(1);
  expect(stateCounts).toMatchObject({ idle: 0, planning: 1, executing: 2 });
  expect(claimsCount).toBe(3);
  expect(conservation).toEqual({ received: 4, counted: 3, duplicate: 1, late: 0, refused: {} });
  expect(story.bar(9).conservation).toEqual({ received: 1, counted: 0, duplicate: 0, late: 1, refused: {} });
});
