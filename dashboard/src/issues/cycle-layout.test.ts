import { describe, expect, it } from "vitest";
import { drawCycle, NODES_MAX, ringEdges } from "./cycle-layout.ts";

describe("drawCycle", () => {
  it("lays two agents beside each other, with an arrow each way that do not cover each other", () => {
    const { arrows, nodes } = drawCycle(
      ["a", "b"],
      [
        ["a", "b"],
        ["b", "a"],
        ["x", "a"],
      ],
    );
    expect(nodes.map(({ side }) => side)).toEqual(["left", "right"]);
    expect(nodes[0]?.y).toBeCloseTo(nodes[1]?.y ?? 0);
    expect(arrows).toHaveLength(2);
    expect(arrows[0]?.y1).not.toBeCloseTo(arrows[1]?.y1 ?? 0);
    expect(arrows[0] && arrows[0].x2 > arrows[0].x1).toBe(true);
    expect(arrows[1] && arrows[1].x2 < arrows[1].x1).toBe(true);
  });

  it("keeps every node within the drawing, and counts those that it leaves out", () => {
    const cycle = Array.from({ length: 20 }, (_, at) => `agent:${at}`);
    const { height, left, nodes, width } = drawCycle(cycle, ringEdges(cycle));
    expect(nodes).toHaveLength(NODES_MAX);
    expect(left).toBe(20 - NODES_MAX);
    for (const { x, y } of nodes) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
  });

  it("draws no arrow for an agent that waits for itself", () => {
    expect(drawCycle(["a"], [["a", "a"]])).toMatchObject({ arrows: [], left: 0 });
  });
});

describe("ringEdges", () => {
  it("lets each wait for the next", () => {
    expect(ringEdges(["a", "b", "c"])).toEqual([
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ]);
  });
});
