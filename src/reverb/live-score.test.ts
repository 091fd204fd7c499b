import { describe, expect, it } from "vitest";
import { CLUSTER } from "../../test/support/messages.ts";
import { WATCHED_BAR, watchedReverb } from "../../test/support/watched-reverb.ts";
import { windowIdOf } from "../contracts/window-id.ts";

const LEADER = { leader: "p1", epoch: 3, node: "p1" };

describe("LiveScore", () => {
  it("tells each beat with all that a page needs to beat by itself", async () => {
    const { beat, claim, clock, settle, valuesOf, view } = watchedReverb();
    await beat(1);
    claim("a", 1);
    await settle();
    await beat(2, { phase: "plan", metadata: { ...LEADER, next_tempo_bpm: 66 } });
    expect(valuesOf("beat").at(-1)).toEqual({
      beatIndex: 2,
      windowId: windowIdOf(CLUSTER, 1),
      barFrom: 1,
      barLength: WATCHED_BAR,
      phase: "plan",
      downbeat: false,
      tempoBpm: 60,
      nextTempoBpm: 66,
      beatMs: 1_000,
      intoBeatMs: 0,
      deadlineAt: "2026-01-01T00:00:03.000Z",
      epoch: 3,
      leader: "p1",
      publisher: "p1",
      window: { claimsCount: 1, agentsReporting: 1 },
    });
    await clock.run(700);
    expect(view.live.now.beat).toMatchObject({ beatIndex: 2, intoBeatMs: 700 });
  });

  it("tells no beat twice", async () => {
    const { beat, valuesOf } = watchedReverb();
    for (const index of [1, 1, 2, 1, 2]) await beat(index);
    expect(valuesOf("beat").map(({ beatIndex }) => beatIndex)).toEqual([1, 2]);
  });

  it("tells leader and tempo when they change, with what was before", async () => {
    const { beat, valuesOf, view } = watchedReverb();
    await beat(1, { metadata: LEADER });
    await beat(2, { metadata: LEADER });
    await beat(3, { metadata: { ...LEADER, node: "p2" } });
    await beat(4, { metadata: { leader: "p2", epoch: 4, node: "p2", next_tempo_bpm: 66 } });
    await beat(5, { metadata: { leader: "p2", epoch: 4, node: "p2", next_tempo_bpm: 66 } });
    await beat(9, { tempo_bpm: 66, metadata: { leader: "p2", epoch: 4, node: "p2" } });
    const first = { leader: "p1", epoch: 3, publisher: "p1" };
    const second = { ...first, publisher: "p2" };
    const third = { leader: "p2", epoch: 4, publisher: "p2" };
    expect(valuesOf("leader")).toEqual([
      { beatIndex: 1, ...first, before: undefined },
      { beatIndex: 3, ...second, before: first },
      { beatIndex: 4, ...third, before: second },
    ]);
    expect(valuesOf("tempo")).toEqual([
      { beatIndex: 1, tempoBpm: 60, nextTempoBpm: undefined, nextFromBeat: undefined, before: undefined },
      {
        ...{ beatIndex: 4, tempoBpm: 60, nextTempoBpm: 66, nextFromBeat: 9 },
        before: { tempoBpm: 60, nextTempoBpm: undefined },
      },
      {
        ...{ beatIndex: 9, tempoBpm: 66, nextTempoBpm: undefined, nextFromBeat: undefined },
        before: { tempoBpm: 60, nextTempoBpm: 66 },
      },
    ]);
    expect(view.live.now).toMatchObject({ leader: { leader: "p2" }, tempo: { tempoBpm: 66 } });
  });

  it("shows what a foreign pulse does not say as not known", async () => {
    const { beat, valuesOf } = watchedReverb();
    await beat(1, { metadata: { leader: 7, epoch: "x", node: "n".repeat(200), next_tempo_bpm: "fast" } });
    expect(valuesOf("beat")).toMatchObject([
      { epoch: 0, leader: undefined, publisher: undefined, nextTempoBpm: undefined },
    ]);
  });

  it("BACKBEAT-REQ-021 tells a report when it is out, with the names behind it", async () => {
    const { beat, claim, clock, settle, valuesOf } = watchedReverb();
    await beat(1);
    claim("a", 1, { state: "failed", task_id: "t" });
    await settle();
    await beat(9);
    expect(valuesOf("report")).toEqual([]);
    await clock.run(100);
    expect(valuesOf("report")).toMatchObject([
      {
        headers: {},
        detail: {
          windowId: windowIdOf(CLUSTER, 1),
          claimsCount: 1,
          conservation: { received: 1, counted: 1 },
          report: { from_beat: 1, to_beat: 8 },
          issueDetails: [{ category: "failed_tasks", agents: ["a"] }, { category: "missed_beats" }],
        },
      },
    ]);
  });

  it("looks at claims only while somebody watches", async () => {
    const { beat, claim, clock, events, valuesOf, view } = watchedReverb();
    await beat(1);
    claim("a", 1);
    await clock.run(2_000);
    expect(valuesOf("claims")).toEqual([]);
    expect(clock.pending).toBe(0);
    view.live.watch(true);
    await clock.run(50);
    expect(valuesOf("claims")).toMatchObject([
      { received: 0, cells: [{ beat: 1, firstLane: 0, letters: "e" }] },
    ]);
    view.live.watch(false);
    const told = events.length;
    claim("a", 1, { state: "failed" });
    await clock.run(2_000);
    expect(events.length).toBe(told);
    expect(clock.pending).toBe(0);
  });

  it("tells the first claim after a quiet time within 20 ms, and all that follow in at most four events a second", async () => {
    const { beat, claim, clock, valuesOf, view } = watchedReverb();
    view.live.watch(true);
    await beat(1);
    await clock.run(1_000);
    const quiet = valuesOf("claims").length;
    claim("a", 1);
    await clock.run(20);
    expect(valuesOf("claims").length).toBe(quiet + 1);
    for (let ms = 0; ms < 2_000; ms += 10) {
      claim(`b${ms}`, 1);
      await clock.run(10);
    }
    expect(valuesOf("claims").length).toBeGreaterThanOrEqual(quiet + 1 + 6);
    await clock.run(5_000);
    expect(valuesOf("claims").reduce((sum, { received }) => sum + received, 0)).toBe(1 + 200);
    expect(valuesOf("claims").length).toBeLessThanOrEqual(quiet + 1 + 9);
  });

  it("R6 accounts for every claim once, by what became of it", async () => {
    const { beat, claim, clock, settle, valuesOf, view } = watchedReverb();
    await beat(1);
    claim("before", 1);
    await settle();
    view.live.watch(true);
    claim("a", 1);
    claim("a", 1);
    claim("b", 2);
    await clock.run(300);
    await beat(2);
    claim("c", 1, { state: "blocked" });
    await clock.run(1_000);
    const outcomes = valuesOf("claims").map((event) => event.outcomes);
    expect(outcomes).toEqual([
      { counted: 1, duplicate: 1, held: 1 },
      { counted: 2, held: -1 },
    ]);
    expect(valuesOf("claims").at(-1)).toMatchObject({
      beatIndex: 2,
      windowId: windowIdOf(CLUSTER, 1),
      received: 1,
      window: { claimsCount: 4, agentsReporting: 4 },
      agentsCount: 4,
      states: { executing: 3, blocked: 1, idle: 0 },
      presence: { progressing: 3, waiting: 1, alive: 0, silent: 0 },
    });
  });

  it("tells that somebody has fallen silent, though no claim came", async () => {
    const { beat, claim, clock, valuesOf, view } = watchedReverb();
    await beat(1);
    claim("a", 1);
    view.live.watch(true);
    for (const index of [2, 3, 4]) {
      await beat(index);
      await clock.run(1_000);
    }
    expect(valuesOf("claims").at(-1)).toMatchObject({ received: 0, presence: { silent: 1 } });
  });

  it("numbers its events: in core mode by the process and a counter", async () => {
    const { beat, events, view } = watchedReverb();
    for (const index of [1, 2]) await beat(index);
    expect(view.live.boot).toMatch(/^b[0-9a-z]+$/);
    expect(events.map(({ id }) => id.text)).toEqual(events.map((_, at) => `${view.live.boot}.${at}`));
  });
});
