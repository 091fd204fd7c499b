import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { waitCycles } from "../core/wait-graph.ts";
import { type FleetSettings, TASK_BEATS_MIN } from "./fleet-settings.ts";
import { standoffOf } from "./standoff.ts";

const NO_RATES = { fail: 0, block: 0, help: 0, wait: 0, silence: 0, stall: 0 };

function settingsOf(wish: Partial<FleetSettings> & { readonly wait: number }): FleetSettings {
  const { wait, ...rest } = wish;
  const rates = { ...NO_RATES, wait };
  return { seed: 1, agents: 10, prefix: "sim:1", taskBeats: 8, claimsPerBeat: 1, ...rest, rates };
}

function graphAt(settings: FleetSettings, age: number): Map<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  for (let place = 0; place < settings.agents; place += 1) {
    const other = standoffOf(settings, place, age);
    if (other !== undefined) graph.set(String(place), [String(other)]);
  }
  return graph;
}

describe("standoffOf", () => {
  it("BACKBEAT-REQ-021 standoffOf makes whole circles of two or three, and nobody waits outside of one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: TASK_BEATS_MIN, max: 40 }),
        fc.nat(500),
        (seed, agents, taskBeats, age) => {
          const graph = graphAt(settingsOf({ seed, agents, taskBeats, wait: 0.7 }), age);
          const cycles = waitCycles(graph);
          expect(cycles.flat().sort()).toEqual([...graph.keys()].sort());
          expect(cycles.every((cycle) => cycle.length === 2 || cycle.length === 3)).toBe(true);
        },
      ),
    );
  });

  it("BACKBEAT-REQ-021 standoffOf leaves a fleet alone at rate 0, and an agent without a team at any", () => {
    for (let age = 0; age < 200; age += 1) {
      expect(graphAt(settingsOf({ wait: 0 }), age).size).toBe(0);
      expect(graphAt(settingsOf({ wait: 1, agents: 1 }), age).size).toBe(0);
      expect(standoffOf(settingsOf({ wait: 1, agents: 3 }), 2, age)).toBeUndefined();
    }
  });

  it("BACKBEAT-REQ-021 standoffOf happens in as many spans as the rate says, each within its span", () => {
    const settings = settingsOf({ wait: 0.3, agents: 1_000, taskBeats: 10 });
    let standoffs = 0;
    for (let place = 0; place < settings.agents; place += 5) {
      for (let span = 0; span < 20; span += 1) {
        const ages = Array.from({ length: 10 }, (_, beat) => span * 10 + beat);
        const held = ages.filter((age) => standoffOf(settings, place, age) !== undefined);
        if (held.length === 0) continue;
        standoffs += 1;
        expect(held.length).toBeGreaterThanOrEqual(3);
        expect(held.at(-1)! - held[0]! + 1).toBe(held.length);
      }
    }
    // 4,000 spans at 0.3: 1,200, with a standard deviation of 29.
    expect(Math.abs(standoffs - 1_200)).toBeLessThan(150);
  });
});
