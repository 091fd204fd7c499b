import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOfState, NOTHING } from "../wire/letters.ts";
import type { CellRun, ClaimsEvent, ScoreAnswer, ScoreLane } from "../wire/types.ts";
import { BEATS_KEPT, ScoreRows } from "./rows.ts";

const lane = (number: number, cells: string, more: Partial<ScoreLane> = {}): ScoreLane => ({
  lane: number,
  agent_id: `agent:${number}`,
  state: "idle",
  presence: "alive",
  trouble: "none",
  task_id: null,
  progress: null,
  beats_left: null,
  beat_index: 10,
  age_beats: 0,
  claims_count: 1,
  cells,
  ...more,
});

const answer = (lanes: readonly ScoreLane[], more: Partial<ScoreAnswer> = {}): ScoreAnswer => ({
  look: 5,
  roster: 1,
  current_beat: 10,
  from_beat: 8,
  to_beat: 10,
  bars: [],
  lanes,
  total_count: lanes.length,
  agents_count: lanes.length,
  counts: {} as ScoreAnswer["counts"],
  ...more,
});

const event = (look: number, cells: readonly CellRun[]): ClaimsEvent => ({
  ...({} as ClaimsEvent),
  look,
  roster: 1,
  cells,
});

const [EXECUTING, FAILED, IDLE] = (["executing", "failed", "idle"] as const).map(codeOfState);

describe("ScoreRows", () => {
  let rows: ScoreRows;
  const cells = (place: number) => [8, 9, 10, 11].map((beat) => rows.at(place)?.cell(beat));
  const TOP = { offset: 0, isHeld: false };

  beforeEach(() => {
    rows = new ScoreRows();
  });

  it("BACKBEAT-REQ-020 ScoreRows shows the cells of an answer, and nothing beside them", () => {
    rows.take(answer([lane(7, "e.f"), lane(3, "...")]), TOP);
    expect(cells(0)).toEqual([EXECUTING, NOTHING, FAILED, NOTHING]);
    expect(cells(1)).toEqual([NOTHING, NOTHING, NOTHING, NOTHING]);
    expect(rows.at(2)).toBeUndefined();
    expect(rows.placeOf("agent:3")).toBe(1);
    expect(rows.placeOf("agent:4")).toBeUndefined();
  });

  it("BACKBEAT-REQ-020 ScoreRows takes runs of cells for the lanes that it knows", () => {
    rows.take(answer([lane(7, "e.f"), lane(3, "...")]), TOP);
    rows.note(
      event(6, [
        [11, 2, "xe..cf"],
        [9, 3, "i"],
      ]),
    );
    expect(cells(0)).toEqual([EXECUTING, NOTHING, FAILED, FAILED]);
    expect(cells(1)).toEqual([NOTHING, IDLE, NOTHING, EXECUTING]);
    expect(rows.at(0)?.state).toBe("failed");
    // An older beat does not change what the agent is now.
    expect(rows.at(1)?.state).toBe("executing");
  });

  it("R2 ScoreRows gives the same whether an event came before or after the answer that lacks it", () => {
    rows.note(event(5, [[10, 7, "i"]]));
    rows.note(event(6, [[11, 7, "f"]]));
    rows.take(answer([lane(7, "e.e")]), TOP);
    expect(cells(0)).toEqual([EXECUTING, NOTHING, EXECUTING, FAILED]);
  });

  it("BACKBEAT-REQ-020 ScoreRows calls nobody silent who claims", () => {
    rows.take(answer([lane(7, "e..", { presence: "silent", trouble: "silent" })]), TOP);
    rows.note(event(6, [[11, 7, "e"]]));
    expect(rows.at(0)?.presence).toBe("alive");
  });

  it("ScoreRows keeps everyone where they stand while it is held, with fresh cells", () => {
    rows.take(answer([lane(1, "e.."), lane(2, "e..")]), TOP);
    rows.take(answer([lane(2, "e.f"), lane(1, "eee")], { look: 9 }), { offset: 0, isHeld: true });
    expect([0, 1].map((place) => rows.at(place)?.lane)).toEqual([1, 2]);
    expect(cells(0)).toEqual([EXECUTING, EXECUTING, EXECUTING, NOTHING]);
    rows.take(answer([lane(2, "e.f"), lane(1, "eee")], { look: 9 }), TOP);
    expect([0, 1].map((place) => rows.at(place)?.lane)).toEqual([2, 1]);
  });

  it("ScoreRows forgets places beyond the end", () => {
    rows.take(answer([lane(1, "..."), lane(2, "...")]), TOP);
    rows.take(answer([lane(1, "...")]), TOP);
    expect(rows.at(1)).toBeUndefined();
    rows.forgetOrder();
    expect(rows.at(0)).toBeUndefined();
  });

  it("R4 ScoreRows keeps a bounded number of lanes, the page that was taken last among them", () => {
    for (let page = 0; page < 60; page += 1) {
      const lanes = Array.from({ length: 200 }, (_, at) => lane(200 * page + at, "eee"));
      rows.take(answer(lanes, { total_count: 12_000 }), { offset: 200 * page, isHeld: false });
    }
    const known = Array.from({ length: 12_000 }, (_, place) => rows.at(place)).filter(Boolean);
    expect(known.length).toBeLessThanOrEqual(2_000);
    expect(rows.at(11_999)?.lane).toBe(11_999);
  });

  it("R4 a row's ring gives what was written last for each beat, and nothing else", () => {
    const claims = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 * BEATS_KEPT }), fc.constantFrom("e", "f", "i")),
    );
    fc.assert(
      fc.property(claims, (written) => {
        const ring = new ScoreRows();
        ring.take(answer([lane(0, "", { beat_index: 0 })], { look: 0, from_beat: 0 }), TOP);
        const expected = new Map<number, number | undefined>();
        let newest = -1;
        for (const [beat, letter] of written) {
          ring.note(event(1, [[beat, 0, letter]]));
          if (beat <= newest - BEATS_KEPT) continue;
          newest = Math.max(newest, beat);
          expected.set(beat, { e: EXECUTING, f: FAILED, i: IDLE }[letter]);
        }
        const beats = Array.from({ length: newest + 2 }, (_, beat) => beat);
        const wanted = (beat: number) =>
          beat > newest - BEATS_KEPT ? (expected.get(beat) ?? NOTHING) : NOTHING;
        expect(beats.map((beat) => ring.at(0)?.cell(beat))).toEqual(beats.map(wanted));
      }),
      { numRuns: 50 },
    );
  });
});
