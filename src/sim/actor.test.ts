import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder, encodeClaim, Refusal, type StatusClaim } from "../contracts/index.ts";
import { waitCycles } from "../core/wait-graph.ts";
import type { ClaimDraft } from "./actor.ts";
import { createFleet } from "./fleet.ts";
import {
  agentIdAt,
  CLAIMS_PER_BEAT_MAX,
  type FleetSettings,
  type Rates,
  TASK_BEATS_MAX,
  TASK_BEATS_MIN,
} from "./fleet-settings.ts";

const QUIET: Rates = { fail: 0, block: 0, help: 0, wait: 0, silence: 0, stall: 0 };

type Wish = Partial<Omit<FleetSettings, "rates">> & { readonly rates?: Partial<Rates> };

function settingsOf({ rates, ...wish }: Wish = {}): FleetSettings {
  return {
    seed: 1,
    agents: 10,
    prefix: "sim:1",
    taskBeats: 8,
    claimsPerBeat: 1,
    ...wish,
    rates: { ...QUIET, ...rates },
  };
}

function live(settings: FleetSettings, beats: readonly number[]): readonly ClaimDraft[] {
  const fleet = createFleet(settings);
  return beats.flatMap((beat) => fleet.flatMap((actor) => actor.claims(beat)));
}

function beatsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function byAgent(claims: readonly ClaimDraft[]): readonly (readonly ClaimDraft[])[] {
  const all = new Map<string, ClaimDraft[]>();
  for (const claim of claims) {
    const own = all.get(claim.agent_id);
    if (own === undefined) all.set(claim.agent_id, [claim]);
    else own.push(claim);
  }
  return [...all.values()];
}

const rate = fc.double({ min: 0, max: 1, noNaN: true });

const anySettings: fc.Arbitrary<FleetSettings> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  agents: fc.integer({ min: 1, max: 6 }),
  prefix: fc.stringMatching(/^[a-zA-Z0-9_:-]{1,64}$/),
  taskBeats: fc.oneof(fc.integer({ min: TASK_BEATS_MIN, max: 20 }), fc.constant(TASK_BEATS_MAX)),
  claimsPerBeat: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(CLAIMS_PER_BEAT_MAX)),
  rates: fc.record({ fail: rate, block: rate, help: rate, wait: rate, silence: rate, stall: rate }),
});

/** Beats as they are heard: mostly one after the other, some lost, sometimes a timeline that began anew. */
const anyBeats = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: -50, max: 5_000 }) },
    ),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((steps) => {
    let beat = 100;
    return steps.map((step) => {
      beat = Math.max(0, beat + step);
      return beat;
    });
  });

describe("Actor", () => {
  it("INT-001 Actor makes only claims that are strictly valid, whatever the settings and the beats", () => {
    const decoder = createDecoder({ mode: "strict" });
    fc.assert(
      fc.property(anySettings, anyBeats, (settings, beats) => {
        for (const draft of live(settings, beats)) {
          const claim: StatusClaim = { type: "backbeat.statusclaim.v1", ...draft, hlc: "0000:0000:0000" };
          const read = decoder.claim(encodeClaim(claim));
          expect(read instanceof Refusal ? read.text : "").toBe("");
          expect(read).toEqual(claim);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("invariant R2 Actor lives the same life for the same settings and the same beats", () => {
    fc.assert(
      fc.property(anySettings, anyBeats, (settings, beats) => {
        expect(live(settings, beats)).toEqual(live({ ...settings }, [...beats]));
      }),
      { numRuns: 25 },
    );
  });

  it("invariant R2 Actor's life does not depend on which other agents were asked, nor in what order", () => {
    const settings = settingsOf({ agents: 7, rates: { wait: 0.5, help: 0.3, block: 0.3, silence: 0.3 } });
    const [first, second] = [createFleet(settings), createFleet(settings)];
    for (const beat of beatsFrom(1, 60)) {
      const forwards = first.map((actor) => actor.claims(beat));
      const backwards = second.toReversed().map((actor) => actor.claims(beat));
      expect(backwards.reverse()).toEqual(forwards);
    }
  });

  it("BACKBEAT-REQ-041 Actor that missed beats claims for the newest as if it had lived through them", () => {
    const settings = settingsOf({ rates: { fail: 0.2, wait: 0.2, silence: 0.2 } });
    const whole = live(settings, beatsFrom(1, 40));
    const heard = beatsFrom(1, 40).filter((beat) => beat % 7 !== 3 && beat % 7 !== 4);
    expect(live(settings, heard)).toEqual(whole.filter(({ beat_index }) => heard.includes(beat_index)));
  });

  it("BACKBEAT-REQ-041 Actor plays tasks from planning to an outcome, its progress rising to 1", () => {
    const order = ["idle", "planning", "executing", "reviewing", "completed"];
    for (const life of byAgent(live(settingsOf(), beatsFrom(1, 200)))) {
      expect(life).toHaveLength(200);
      for (const [index, claim] of life.entries()) {
        const before = life[index - 1];
        if (before === undefined) continue;
        const step = order.indexOf(claim.state) - order.indexOf(before.state);
        expect([0, 1, 1 - order.length]).toContain(step);
        if (claim.task_id !== before.task_id) continue;
        if (claim.state === "idle") continue;
        expect(claim.progress!).toBeGreaterThan(before.progress!);
        expect(claim.beats_left).toBe(before.beats_left! - 1);
      }
      const completed = life.filter(({ state }) => state === "completed");
      expect(completed.every(({ beats_left, progress }) => beats_left === 0 && progress === 1)).toBe(true);
      expect(new Set(completed.map(({ task_id }) => task_id)).size).toBe(completed.length);
    }
  });

  it("BACKBEAT-REQ-041 Actor's tasks have the mean length that was asked for", () => {
    const claims = live(settingsOf({ agents: 200, taskBeats: 12 }), beatsFrom(1, 300));
    const working = claims.filter(({ state }) => state !== "idle").length;
    const tasks = claims.filter(({ state }) => state === "completed").length;
    expect(working / tasks).toBeGreaterThan(11);
    expect(working / tasks).toBeLessThan(13.5);
  });

  it("BACKBEAT-REQ-021 Actor fails as many tasks as the rate says, and says why", () => {
    const claims = live(settingsOf({ agents: 100, rates: { fail: 0.25 } }), beatsFrom(1, 200));
    const failed = claims.filter(({ state }) => state === "failed");
    const outcomes = failed.length + claims.filter(({ state }) => state === "completed").length;
    // About 1,900 tasks: a quarter, with a standard deviation of a hundredth.
    expect(Math.abs(failed.length / outcomes - 0.25)).toBeLessThan(0.05);
    expect(failed.every(({ metadata }) => typeof metadata?.error_code === "string")).toBe(true);
  });

  it("BACKBEAT-REQ-021 Actor is blocked by another agent of its fleet, and then goes on where it was", () => {
    const settings = settingsOf({ rates: { block: 1 } });
    const ids = new Set(Array.from({ length: settings.agents }, (_, place) => agentIdAt(settings, place)));
    for (const life of byAgent(live(settings, beatsFrom(1, 100)))) {
      const blocked = life.filter(({ state }) => state === "blocked");
      expect(blocked.length).toBeGreaterThan(0);
      for (const claim of blocked) {
        expect(claim.dependencies).toHaveLength(1);
        expect(ids.has(claim.dependencies![0]!)).toBe(true);
        expect(claim.dependencies).not.toContain(claim.agent_id);
        const before = life[life.indexOf(claim) - 1]!;
        expect([claim.progress, claim.beats_left]).toEqual([before.progress, before.beats_left]);
      }
      expect(life.some(({ state }) => state === "completed")).toBe(true);
    }
  });

  it("BACKBEAT-REQ-021 Actor promises help to another agent, and mostly keeps it", () => {
    const claims = live(settingsOf({ agents: 50, rates: { help: 1, fail: 0.2 } }), beatsFrom(1, 100));
    const tasks = byAgent(
      claims.filter(({ state }) => state !== "idle").map((claim) => ({ ...claim, agent_id: claim.task_id! })),
    );
    const ended = tasks.filter((task) => {
      const last = task.at(-1)!;
      return last.state !== "helping" || last.beats_left === 0;
    });
    expect(ended.length).toBeGreaterThan(400);
    for (const task of ended) {
      expect(task[0]!.state).toBe("helping");
      expect(task[0]!.dependencies).toHaveLength(1);
      const kept = task.filter(({ progress, state }) => state !== "failed" && progress === 1);
      expect(kept.length).toBe(task.at(-1)!.state === "failed" ? 0 : 1);
    }
    const kinds = new Set(ended.map((task) => task.at(-1)!.state));
    expect(kinds).toEqual(new Set(["helping", "completed", "failed"]));
  });

  it("BACKBEAT-REQ-021 Actor and its neighbours wait for each other now and then, where the rate is above 0", () => {
    const settings = settingsOf({ agents: 12, rates: { wait: 0.1 } });
    const fleet = createFleet(settings);
    let beatsWithCycle = 0;
    for (const beat of beatsFrom(1, 200)) {
      const claims = fleet.flatMap((actor) => actor.claims(beat));
      const blocked = claims.filter(({ state }) => state === "blocked");
      const graph = new Map(blocked.map(({ agent_id, dependencies }) => [agent_id, dependencies ?? []]));
      if (waitCycles(graph).length > 0) beatsWithCycle += 1;
    }
    expect(beatsWithCycle).toBeGreaterThan(10);
    expect(beatsWithCycle).toBeLessThan(190);
  });

  it("BACKBEAT-REQ-021 Actor falls silent, and where it announced that comes back on the beat that it named", () => {
    let announced = 0;
    let unannounced = 0;
    for (const life of byAgent(live(settingsOf({ agents: 40, rates: { silence: 1 } }), beatsFrom(1, 150)))) {
      for (const [index, claim] of life.entries()) {
        const next = life[index + 1];
        if (next === undefined) continue;
        const said = claim.metadata?.next_beat;
        if (said !== undefined) {
          announced += 1;
          expect(said).toBe(next.beat_index);
        } else if (next.beat_index > claim.beat_index + 1) unannounced += 1;
      }
    }
    expect(announced).toBeGreaterThan(50);
    expect(unannounced).toBeGreaterThan(50);
  });

  it("BACKBEAT-REQ-021 Actor stalls: executing, its progress unmoved for longer than a task takes", () => {
    const longest = byAgent(live(settingsOf({ rates: { stall: 1 } }), beatsFrom(1, 200))).map((life) => {
      let run = 0;
      return Math.max(
        ...life.map((claim, index) => {
          const before = life[index - 1];
          const isStill = claim.state === "executing" && claim.progress === before?.progress;
          run = isStill ? run + 1 : 0;
          return run;
        }),
      );
    });
    expect(Math.min(...longest)).toBeGreaterThanOrEqual(8);
  });

  it("BACKBEAT-REQ-041 Actor makes as many claims per beat as asked for, each a step further", () => {
    const claims = live(settingsOf({ agents: 1, claimsPerBeat: 4 }), beatsFrom(1, 60));
    const executing = claims.filter(({ state }) => state === "executing");
    expect(claims).toHaveLength(240);
    for (const [index, claim] of executing.entries()) {
      const before = executing[index - 1];
      if (before?.task_id === claim.task_id) expect(claim.progress!).toBeGreaterThan(before!.progress!);
    }
  });

  it("BACKBEAT-REQ-041 Actor that is alone neither helps nor waits for anybody", () => {
    const rates = { block: 1, help: 1, wait: 1, fail: 0, silence: 0, stall: 0 };
    const claims = live(settingsOf({ agents: 1, rates }), beatsFrom(1, 100));
    expect(claims.some(({ dependencies }) => dependencies !== undefined)).toBe(false);
    expect(claims.some(({ state }) => state === "helping")).toBe(false);
    expect(claims.some(({ state }) => state === "completed")).toBe(true);
  });
});

describe("agentIdAt", () => {
  it("INT-001 agentIdAt names agents by their place, in their order", () => {
    expect(agentIdAt(settingsOf(), 0)).toBe("sim:1-0001");
    const large = settingsOf({ agents: 100_000 });
    expect([agentIdAt(large, 0), agentIdAt(large, 99_999)]).toEqual(["sim:1-000001", "sim:1-100000"]);
  });
});
