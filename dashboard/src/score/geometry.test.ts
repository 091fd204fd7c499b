import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatAt, beatX, type ColumnsWish, layOutColumns, layOutLanes, scrollToLane } from "./geometry.ts";

const wish = (changes: Partial<ColumnsWish> = {}): ColumnsWish => ({
  widthPx: 800,
  openBar: { fromBeat: 81, toBeat: 88 },
  currentBeat: 83,
  barsWanted: 5,
  oldestBeat: 1,
  ...changes,
});

describe("layOutColumns", () => {
  it("puts the end of the open bar at the right edge and keeps it there as beats come", () => {
    const columns = layOutColumns(wish());
    expect(columns).toEqual({ fromBeat: 49, toBeat: 88, cellWidth: 20, leftPx: 0, rightPx: 800 });
    expect(layOutColumns(wish({ currentBeat: 88 }))).toEqual(columns);
  });

  it("cuts the oldest column at the left edge where the width is no multiple", () => {
    const columns = layOutColumns(wish({ widthPx: 815 }));
    expect(columns.rightPx).toBe(815);
    expect(columns.leftPx).toBeLessThan(0);
    expect(columns.leftPx).toBeGreaterThan(-columns.cellWidth);
  });

  it("fills the page from the left while little is remembered", () => {
    const columns = layOutColumns(wish({ openBar: { fromBeat: 1, toBeat: 8 }, currentBeat: 2 }));
    expect(columns).toMatchObject({ fromBeat: 1, toBeat: 8, leftPx: 0, rightPx: 160 });
  });

  it("follows the playhead where a bar is wider than the page", () => {
    const narrow = { widthPx: 150, openBar: { fromBeat: 121, toBeat: 240 } };
    const early = layOutColumns(wish({ ...narrow, currentBeat: 125 }));
    expect(early).toMatchObject({ cellWidth: 3, fromBeat: 121, toBeat: 170 });
    const late = layOutColumns(wish({ ...narrow, currentBeat: 200 }));
    expect(late.toBeat).toBe(202);
    expect(layOutColumns(wish({ ...narrow, currentBeat: 240 })).toBeat).toBe(240);
  });

  it("shows the open bar, whatever is remembered", () => {
    const columns = layOutColumns(
      wish({ openBar: { fromBeat: 1, toBeat: 8 }, currentBeat: 2, oldestBeat: 801 }),
    );
    expect(columns).toMatchObject({ fromBeat: 1, toBeat: 8, leftPx: 0 });
  });

  it("keeps the current beat in sight and cells within their limits, whatever the page", () => {
    fc.assert(
      fc.property(
        fc.record({
          widthPx: fc.integer({ min: 1, max: 4_000 }),
          from: fc.nat(1_000_000),
          beats: fc.integer({ min: 1, max: 1_000 }),
          at: fc.nat(999),
          barsWanted: fc.integer({ min: 1, max: 12 }),
        }),
        ({ at, barsWanted, beats, from, widthPx }) => {
          const currentBeat = from + (at % beats);
          const openBar = { fromBeat: from, toBeat: from + beats - 1 };
          const columns = layOutColumns({ widthPx, openBar, currentBeat, barsWanted, oldestBeat: 0 });
          expect(columns.cellWidth).toBeGreaterThanOrEqual(3);
          expect(columns.cellWidth).toBeLessThanOrEqual(44);
          if (widthPx < 12) return;
          const x = beatX(columns, currentBeat);
          expect(x).toBeGreaterThan(-columns.cellWidth);
          expect(x + columns.cellWidth).toBeLessThanOrEqual(widthPx);
        },
      ),
    );
  });
});

describe("beatAt", () => {
  it("is the inverse of beatX", () => {
    const columns = layOutColumns(wish({ widthPx: 815 }));
    for (let beat = columns.fromBeat + 1; beat <= columns.toBeat; beat += 1) {
      expect(beatAt(columns, beatX(columns, beat))).toBe(beat);
      expect(beatAt(columns, beatX(columns, beat) + columns.cellWidth - 1)).toBe(beat);
    }
  });

  it("is nothing beside the columns", () => {
    const columns = layOutColumns(wish({ openBar: { fromBeat: 1, toBeat: 8 }, currentBeat: 2 }));
    expect(beatAt(columns, -1)).toBeUndefined();
    expect(beatAt(columns, columns.rightPx)).toBeUndefined();
  });
});

describe("layOutLanes", () => {
  it("names the lanes in sight, the first one cut", () => {
    const lanes = { heightPx: 100, laneHeight: 20, lanes: 10_000 };
    expect(layOutLanes({ ...lanes, scrollTopPx: 0 })).toEqual({ first: 0, end: 5, topPx: 0 });
    expect(layOutLanes({ ...lanes, scrollTopPx: 30 })).toEqual({ first: 1, end: 7, topPx: -10 });
    expect(layOutLanes({ ...lanes, scrollTopPx: 199_900 })).toEqual({ first: 9_995, end: 10_000, topPx: 0 });
  });

  it("is empty without lanes, and shows the last ones from beyond the end", () => {
    expect(layOutLanes({ scrollTopPx: 50, heightPx: 100, laneHeight: 20, lanes: 0 }).end).toBe(0);
    const beyond = { scrollTopPx: 5_000, heightPx: 100, laneHeight: 20 };
    expect(layOutLanes({ ...beyond, lanes: 3 })).toEqual({ first: 0, end: 3, topPx: 0 });
    expect(layOutLanes({ ...beyond, lanes: 12 })).toEqual({ first: 7, end: 12, topPx: 0 });
    expect(layOutLanes({ ...beyond, lanes: 12, heightPx: 90 })).toEqual({ first: 7, end: 12, topPx: -10 });
  });
});

describe("scrollToLane", () => {
  const lanes = { scrollTopPx: 40, heightPx: 100, laneHeight: 20, lanes: 50 };

  it("moves as little as it can", () => {
    expect(scrollToLane(0, lanes)).toBe(0);
    expect(scrollToLane(3, lanes)).toBe(40);
    expect(scrollToLane(6, lanes)).toBe(40);
    expect(scrollToLane(7, lanes)).toBe(60);
  });
});
