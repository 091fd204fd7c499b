import { beforeEach, describe, expect, it } from "vitest";
import { STATE_ORDER } from "../wire/letters.ts";
import type { AgentState, ScoreAnswer } from "../wire/types.ts";
import { Sums } from "./sums.ts";

const NONE = { p: [0, 0], e: [0, 0], r: [0, 0], h: [0, 0], c: [0, 0], i: [0, 0], b: [0, 0], f: [0, 0] };

describe("Sums", () => {
  let sums: Sums;
  const at = (beat: number): Partial<Record<AgentState, number>> | undefined => {
    const sum = sums.at(beat);
    if (sum === undefined) return undefined;
    return Object.fromEntries(
      STATE_ORDER.map((state, place) => [state, sum[place] ?? 0]).filter(([, count]) => count),
    );
  };
  const answer = (more: Partial<typeof NONE>): Pick<ScoreAnswer, "from_beat" | "sums"> => ({
    from_beat: 8,
    sums: { ...NONE, ...more },
  });

  beforeEach(() => {
    sums = new Sums();
  });

  it("BACKBEAT-REQ-020 Sums shows what was answered, and nothing for beats in which nobody was seen", () => {
    sums.take(answer({ e: [5, 0], f: [1, 0] }));
    expect(at(8)).toEqual({ executing: 5, failed: 1 });
    expect(at(9)).toBeUndefined();
    sums.take({ from_beat: null });
    expect(at(8)).toEqual({ executing: 5, failed: 1 });
  });

  it("R2 Sums counts a lane once in a beat, as what it said last", () => {
    sums.add([
      [10, 0, "eep.e"],
      [10, 2, "e"],
      [10, 3, "x."],
      [11, 0, "c"],
    ]);
    sums.add([[10, 0, "e"]]);
    expect(at(10)).toEqual({ executing: 4 });
    expect(at(11)).toEqual({ completed: 1 });
  });

  it("BACKBEAT-REQ-020 Sums shows the fuller of what was answered and what was added up", () => {
    sums.add([
      [8, 0, "ee"],
      [9, 0, "eee"],
    ]);
    sums.take(answer({ e: [4, 2] }));
    expect(at(8)).toEqual({ executing: 4 });
    expect(at(9)).toEqual({ executing: 3 });
  });

  it("R4 Sums adds to the newest beats only, and to the lanes that events tell of", () => {
    sums.add([[100, 0, "e"]]);
    sums.add([
      [96, 0, "e"],
      [97, 0, "e"],
      [100, 16_383, "ee"],
    ]);
    expect(at(96)).toBeUndefined();
    expect(at(97)).toEqual({ executing: 1 });
    expect(at(100)).toEqual({ executing: 2 });
    sums.add([[700, 0, "e"]]);
    expect(at(100)).toBeUndefined();
    sums.forget();
    expect(at(700)).toBeUndefined();
  });
});
