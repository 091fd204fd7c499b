import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DuplicateNodes, type DuplicateSign } from "./duplicate-nodes.ts";

/** A process that began at 10, with a boot id in the middle. */
function started(since: number | undefined = 10): DuplicateNodes {
  const nodes = new DuplicateNodes("m");
  nodes.since = since;
  return nodes;
}

const sign = (at: number, more: Partial<DuplicateSign> = {}): DuplicateSign => ({
  boot: "a",
  since: 3,
  sentAt: at,
  period: at,
  ...more,
});

function hearFor(nodes: DuplicateNodes, periods: readonly number[], more: Partial<DuplicateSign> = {}): void {
  for (const at of periods) nodes.hear(sign(at, more), at);
}

describe("BACKBEAT-REQ-001 DuplicateNodes", () => {
  it("stands behind an elder at once, tells of it from the second period on, ends in the third", () => {
    const nodes = started();
    const seen = [10, 11, 12, 13].map((at) => {
      nodes.hear(sign(at), at);
      return [nodes.elders, nodes.standing?.boot, nodes.ender?.boot];
    });
    expect(seen).toEqual([
      [1, undefined, undefined],
      [1, undefined, undefined],
      [1, "a", undefined],
      [1, "a", "a"],
    ]);
  });

  it("counts a period once, and nothing that was sent before we began or by ourselves", () => {
    const nodes = started();
    hearFor(nodes, [11, 11, 11]);
    hearFor(nodes, [11, 12, 13, 14], { boot: "m" });
    expect(nodes.standing).toBeUndefined();
    const late = started();
    for (const at of [4, 6, 8, 10]) late.hear(sign(at), 11);
    hearFor(late, [11, 12, 13], { sentAt: undefined });
    expect(late.standing).toBeUndefined();
    expect(started().elders).toBe(0);
  });

  it("tells of one that began later, and stays", () => {
    const nodes = started();
    hearFor(nodes, [11, 12, 13, 14], { since: 11 });
    expect(nodes.standing).toEqual({ boot: "a", since: 11, isElder: false, periods: 4 });
    expect([nodes.elders, nodes.ender]).toEqual([0, undefined]);
  });

  it("who knows no timeline began later than any", () => {
    const nodes = started();
    hearFor(nodes, [11], { since: undefined });
    expect(nodes.elders).toBe(0);
    const unknowing = started();
    unknowing.since = undefined;
    unknowing.hear(sign(11), 0);
    expect(unknowing.elders).toBe(1);
  });

  it("of two exactly one ends, wherever and in whatever order they began", () => {
    const run = fc.record({ boot: fc.constantFrom("a", "b", "c"), since: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(run, run, (one, other) => {
        fc.pre(one.boot !== other.boot);
        const ends = [
          [one, other],
          [other, one],
        ].map(([self, double]) => {
          const nodes = new DuplicateNodes(self?.boot ?? "");
          nodes.since = self?.since;
          hearFor(nodes, [11, 12, 13], { ...double });
          return nodes.ender !== undefined;
        });
        expect(ends.filter(Boolean)).toHaveLength(1);
      }),
    );
  });

  it("forgets who says that it ends, and who was not heard for three periods", () => {
    const nodes = started();
    hearFor(nodes, [11, 12]);
    nodes.leave("a");
    expect([nodes.elders, nodes.standing]).toEqual([0, undefined]);
    hearFor(nodes, [12, 13]);
    nodes.age(16);
    expect(nodes.standing?.boot).toBe("a");
    nodes.age(17);
    expect([nodes.elders, nodes.standing]).toEqual([0, undefined]);
    hearFor(nodes, [18]);
    expect(nodes.standing).toBeUndefined();
  });

  it("ends for nobody that sends no boot id, and leaves it the first place", () => {
    const nodes = started();
    hearFor(nodes, [11, 12, 13, 14], { boot: undefined, since: undefined });
    expect([nodes.elders, nodes.ender]).toEqual([1, undefined]);
    expect(nodes.standing).toEqual({ boot: undefined, since: undefined, isElder: true, periods: 4 });
    nodes.leave(undefined);
    expect(nodes.elders).toBe(0);
  });

  it("invariant R4: keeps 16 in mind, and no more", () => {
    const nodes = started();
    for (let at = 0; at < 1_000; at += 1) nodes.hear(sign(11, { boot: `a${at}` }), 11);
    expect(nodes.elders).toBe(16);
  });
});
