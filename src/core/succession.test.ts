import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstOfTwo, PulseRow, staggerMs, turnOf } from "./succession.ts";
import { beatDurationMs } from "./tempo.ts";

const BEAT_MS = 500;
const NODES = ["a", "b", "c", "d", "e"];

/** The rows of pulses that all heard each other. */
function rows(nodes: readonly string[], { acting, holder }: { acting?: string; holder?: string } = {}) {
  return nodes.map((self) => {
    const row = new PulseRow(self);
    for (const other of nodes) row.hear(other, 0);
    row.acting = acting;
    row.holder = holder;
    return row;
  });
}

describe("BACKBEAT-REQ-001 PulseRow", () => {
  it("puts the acting publisher first, the holder of the lease second, the others by their ids", () => {
    expect(rows(["a", "b", "c", "d"], { acting: "c", holder: "d" }).map(({ rank }) => rank)).toEqual([
      2, 3, 0, 1,
    ]);
    expect(rows(["a", "b", "c"], { acting: "b", holder: "b" }).map(({ rank }) => rank)).toEqual([1, 0, 2]);
    expect(rows(["a", "b"]).map(({ rank }) => rank)).toEqual([0, 1]);
  });

  it("gives every place once, whoever acts and holds", () => {
    const node = fc.constantFrom(...NODES);
    fc.assert(
      fc.property(fc.uniqueArray(node, { minLength: 1 }), node, node, (nodes, acting, holder) => {
        const ranks = rows(nodes, { acting, holder }).map(({ rank }) => rank);
        expect([...ranks].sort()).toEqual(nodes.map((_, place) => place));
      }),
    );
  });

  it("forgets who was not heard for three beats, and who said that it goes, at once", () => {
    const [a] = rows(["a", "b", "c"], { acting: "b" }) as [PulseRow];
    expect(a.rank).toBe(1);
    a.hear("c", 3 * BEAT_MS);
    a.age(3 * BEAT_MS, BEAT_MS);
    expect(a.others).toEqual(["b", "c"]);
    a.age(3 * BEAT_MS + 1, BEAT_MS);
    expect(a.others).toEqual(["c"]);
    expect(a.rank).toBe(0);
    a.acting = "c";
    a.leave("c");
    expect([a.acting, a.others]).toEqual([undefined, []]);
  });

  it("keeps a node of which one of two runs says that it goes, and forgets it with the last", () => {
    const row = new PulseRow("z");
    row.hear("a", 0, "boot-1");
    row.hear("a", 0, "boot-2");
    row.acting = "a";
    row.leave("a", "boot-2");
    expect([row.others, row.acting, row.rank]).toEqual([["a"], "a", 1]);
    row.leave("a", "boot-1");
    expect([row.others, row.acting, row.rank]).toEqual([[], undefined, 0]);
  });

  it("puts who began after another with its node id behind all others, also where it acts and holds", () => {
    const [a] = rows(["a", "b", "c"], { acting: "a", holder: "a" }) as [PulseRow];
    expect(a.rank).toBe(0);
    a.elders = 1;
    expect(a.rank).toBe(3);
    a.elders = 2;
    expect(a.rank).toBe(4);
  });

  it("invariant R4: keeps 64 others in mind, and no more", () => {
    const row = new PulseRow("self");
    for (let at = 0; at < 1_000; at += 1) row.hear(`node-${at}`, 0);
    expect(row.others).toHaveLength(64);
  });
});

describe("BACKBEAT-REQ-001 turnOf", () => {
  const tempo = fc.integer({ min: 1, max: 10_000 });
  const rank = fc.integer({ min: 0, max: 10 });

  it("lets the first publish on time and each other one stagger later", () => {
    const at = (lateMs: number, place: number) => turnOf({ lateMs, rank: place, tempoTenths: 1_200 }).kind;
    expect([0, 62, 63].map((lateMs) => at(lateMs, 0))).toEqual(["publish", "publish", "too-late"]);
    expect([0, 62, 63, 125, 126].map((lateMs) => at(lateMs, 1))).toEqual([
      "wait",
      "wait",
      "publish",
      "publish",
      "too-late",
    ]);
    expect(turnOf({ lateMs: 100, rank: 2, tempoTenths: 1_200 })).toEqual({ kind: "wait", forMs: 25 });
  });

  it("invariant P3: publishes never early, never later than the own window, never into the next beat", () => {
    fc.assert(
      fc.property(tempo, rank, fc.double({ min: 0, max: 2, noNaN: true }), (tempoTenths, place, beats) => {
        const lateMs = beats * beatDurationMs(tempoTenths);
        const turn = turnOf({ lateMs, rank: place, tempoTenths });
        if (turn.kind === "publish") {
          expect(lateMs).toBeGreaterThanOrEqual(place * staggerMs(tempoTenths));
          expect(lateMs).toBeLessThanOrEqual((place + 1) * staggerMs(tempoTenths));
          expect(lateMs).toBeLessThan(beatDurationMs(tempoTenths));
        }
        if (turn.kind === "wait") expect(lateMs + turn.forMs).toBeCloseTo(place * staggerMs(tempoTenths));
      }),
    );
  });

  it("leaves a beat at most half a beat late to the first four", () => {
    fc.assert(
      fc.property(tempo, fc.integer({ min: 0, max: 3 }), (tempoTenths, place) => {
        const fromMs = place * staggerMs(tempoTenths);
        expect(fromMs).toBeLessThanOrEqual(beatDurationMs(tempoTenths) / 2);
        expect(turnOf({ lateMs: fromMs, rank: place, tempoTenths }).kind).toBe("publish");
      }),
    );
  });

  it("settles between two that published the same beat, whoever asks", () => {
    expect([firstOfTwo("a", "b"), firstOfTwo("b", "a")]).toEqual(["a", "a"]);
  });
});
