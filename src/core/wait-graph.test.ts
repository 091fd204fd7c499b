import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WaitGraph, waitCycles } from "./wait-graph.ts";

const names = fc.constantFrom("a", "b", "c", "d", "e", "f", "gone");
const graphs = fc
  .uniqueArray(fc.tuple(names, fc.array(names, { maxLength: 3 })), { selector: ([name]) => name })
  .map((edges) => new Map(edges));

describe("BACKBEAT-REQ-021 waitCycles", () => {
  test("finds what trying every pair finds", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(waitCycles(graph)).toEqual(byReachability(graph));
      }),
      { numRuns: 2_000 },
    );
  });

  test("does not depend on the order of agents", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(waitCycles(new Map([...graph].reverse()))).toEqual(waitCycles(graph));
      }),
    );
  });

  test("takes an agent that waits for itself as a cycle, and no chain", () => {
    const graph = new Map([
      ["a", ["a"]],
      ["b", ["a"]],
      ["c", ["b", "nobody"]],
    ]);
    expect(waitCycles(graph)).toEqual([["a"]]);
    expect(waitCycles(new Map())).toEqual([]);
  });

  test("goes through a chain of 100,000 agents, closed and open", () => {
    const chain = new Map(Array.from({ length: 100_000 }, (_, at) => [`a${at}`, [`a${at + 1}`]]));
    expect(waitCycles(chain)).toEqual([]);
    chain.set("a99999", ["a0"]);
    expect(waitCycles(chain).map((cycle) => cycle.length)).toEqual([100_000]);
  });
});

/** Agents are in one cycle if each reaches the other. */
function byReachability(graph: WaitGraph): string[][] {
  const reached = (from: string): Set<string> => {
    const found = new Set<string>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const next of graph.get(at) ?? [])
        if (graph.has(next) && !found.has(next)) {
          found.add(next);
          open.push(next);
        }
    return found;
  };
  const all = [...graph.keys()].sort();
  const cycles = all.map((agent) => all.filter((o) => reached(agent).has(o) && reached(o).has(agent)));
  return cycles.filter((cycle, at) => cycle[0] === all[at]);
}
