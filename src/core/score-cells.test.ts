import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimOf, frameOf } from "../../test/support/messages.ts";
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import { Aggregator } from "./aggregator.ts";
import { BEATS_KEPT_MAX, CELL_LETTERS, ScoreCells } from "./score-cells.ts";

/** An aggregator that hears beats and claims in order. */
function house(barLength = 8) {
  const aggregator = new Aggregator({ clusterId: "test", barLength });
  const cells = new ScoreCells();
  let seq = 0;
  return {
    aggregator,
    cells,
    beat(index: number) {
      seq += 1;
      aggregator.apply({ kind: "frame", frame: frameOf(index, { barLength }), seq, timeMs: index * 1_000 });
      aggregator.takeClosed();
    },
    claim(agentId: string, beat: number, state: AgentState = "executing") {
      seq += 1;
      const claim = claimOf(agentId, beat, { state });
      aggregator.apply({ kind: "claim", claim, fingerprint: seq, seq, timeMs: beat * 1_000 });
    },
    look() {
      aggregator.sample(cells);
    },
    lane: (agentId: string) => aggregator.findAgent(agentId)?.agent.lane ?? -1,
    changes: () => cells.takeChanges(aggregator.newest?.index ?? 0),
  };
}

/** The cells of a lane from one beat to another. */
const lettersOf = (cells: ScoreCells, ...[lane, fromBeat, toBeat]: readonly [number, number, number]) =>
  cells.reader(fromBeat, toBeat)(lane);

describe("ScoreCells", () => {
  it("has a letter for each state: its first, none twice", () => {
    expect(CELL_LETTERS).toBe(`.${STATES.map((state) => state[0]).join("")}`);
    expect(new Set(CELL_LETTERS).size).toBe(STATES.length + 1);
  });

  it("shows what was said last of each beat, and a dot where nothing was", () => {
    const { beat, cells, claim, lane, look } = house();
    for (const [index, state] of [
      [1, "planning"],
      [2, "executing"],
      [4, "completed"],
    ] as const) {
      beat(index);
      claim("a", index, "idle");
      claim("a", index, state);
      look();
    }
    expect(lettersOf(cells, lane("a"), 0, 5)).toBe(".pe.c.");
  });

  it("leaves a hole where an agent spoke of two beats between two looks", () => {
    const { beat, cells, claim, lane, look } = house();
    beat(1);
    claim("a", 1);
    beat(2);
    claim("a", 2, "failed");
    look();
    expect(lettersOf(cells, lane("a"), 1, 2)).toBe(".f");
  });

  it("sees what the last claim of every agent says, whatever was said", () => {
    const claims = fc.array(
      fc.record({
        agent: fc.integer({ min: 0, max: 4 }),
        state: fc.constantFrom(...STATES),
        look: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(claims, (said) => {
        const { beat, cells, claim, lane, look } = house();
        const expected = new Map<string, string>();
        let index = 1;
        beat(index);
        for (const { agent, look: isNext, state } of said) {
          claim(`a${agent}`, index, state);
          expected.set(`a${agent} ${index}`, state[0] as string);
          if (!isNext) continue;
          look();
          index += 1;
          beat(index);
        }
        look();
        for (const [place, letter] of expected) {
          const [agentId = "", at = ""] = place.split(" ");
          // Who has not claimed for two bars is forgotten, and its lane may be another's.
          if (lane(agentId) >= 0)
            expect(lettersOf(cells, lane(agentId), Number(at), Number(at))).toBe(letter);
        }
      }),
    );
  });

  it("sums the letters of some lanes, beat by beat", () => {
    const { beat, cells, claim, lane, look } = house();
    beat(1);
    for (const agent of ["a", "b", "c"]) claim(agent, 1);
    look();
    beat(3);
    claim("a", 3, "failed");
    claim("c", 3, "failed");
    look();
    const none = [0, 0, 0, 0];
    expect(cells.sums([lane("a"), lane("b"), 9_999], { fromBeat: 0, toBeat: 3 })).toEqual({
      ...{ i: none, p: none, r: none, c: none, b: none, h: none },
      e: [0, 2, 0, 0],
      f: [0, 0, 0, 1],
    });
  });

  it("tells changes once, in runs of neighbouring lanes", () => {
    const { beat, changes, claim, look } = house();
    beat(1);
    for (let agent = 0; agent < 30; agent += 1) claim(`a${String(agent).padStart(2, "0")}`, 1);
    look();
    expect(changes()).toEqual({ runs: [{ beat: 1, firstLane: 0, letters: "e".repeat(30) }], leftOut: 0 });
    claim("a03", 1, "failed");
    claim("a05", 1, "blocked");
    claim("a29", 1, "completed");
    beat(2);
    claim("a07", 2);
    look();
    expect(changes()).toEqual({
      runs: [
        { beat: 2, firstLane: 7, letters: "e" },
        { beat: 1, firstLane: 3, letters: "f.b" },
        { beat: 1, firstLane: 29, letters: "c" },
      ],
      leftOut: 0,
    });
    look();
    expect(changes()).toEqual({ runs: [], leftOut: 0 });
  });

  it("counts what is too old to be told", () => {
    const { beat, changes, claim, look } = house();
    for (const index of [1, 2, 3, 4]) beat(index);
    claim("a", 1);
    claim("b", 4);
    look();
    expect(changes()).toEqual({ runs: [{ beat: 4, firstLane: 1, letters: "e" }], leftOut: 1 });
  });

  it("R4 keeps so many beats and forgets the oldest", () => {
    const { beat, cells, claim, lane, look } = house(1_000);
    for (let index = 1; index <= BEATS_KEPT_MAX + 1; index += 1) {
      beat(index);
      claim("a", index);
      look();
    }
    expect(lettersOf(cells, lane("a"), 0, 3)).toBe("..ee");
    expect(lettersOf(cells, lane("a"), BEATS_KEPT_MAX, BEATS_KEPT_MAX + 2)).toBe("ee.");
  });

  it("gives a lane to another agent without what was seen of the one before, and says that the roster is another", () => {
    const { beat, cells, claim, lane, look } = house(2);
    beat(1);
    claim("old", 1, "failed");
    look();
    const { roster } = cells;
    look();
    expect(cells.roster).toBe(roster);
    // Two bars later it is forgotten; its row is swept when others come.
    for (let index = 2; index <= 9; index += 1) beat(index);
    let next = 0;
    while (lane("old") >= 0 || lane(`new${next - 1}`) !== 0) {
      claim(`new${next}`, 9, "idle");
      next += 1;
      expect(next).toBeLessThan(10);
    }
    look();
    expect(cells.roster).not.toBe(roster);
    expect(lettersOf(cells, 0, 1, 9)).toBe("........i");
  });

  it("begins anew where the line does", () => {
    const { aggregator, beat, cells, claim, lane, look } = house();
    beat(500);
    claim("a", 500);
    look();
    // Three frames of a later deadline that rise are another line.
    for (const index of [1, 2, 3]) {
      const deadline_at = new Date(Date.UTC(2030, 0, 1, 0, 0, index)).toISOString();
      const frame = frameOf(index, { deadline_at });
      aggregator.apply({ kind: "frame", frame, seq: 1_000 + index, timeMs: Date.UTC(2030, 0, 1) });
    }
    claim("a", 3, "failed");
    look();
    expect(aggregator.newest?.index).toBe(3);
    expect(lettersOf(cells, lane("a"), 0, 3)).toBe("...f");
  });
});
