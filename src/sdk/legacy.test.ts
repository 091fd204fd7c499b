import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordingLog } from "../../test/support/recording-log.ts";
import { BackbeatError } from "../errors.ts";
import { beatIndexOf, type LegacyDirection, LegacyPositions, legacyPositionOf } from "./legacy.ts";

const grids = fc.record({
  barOrigin: fc.integer({ min: 0, max: 1_000_000 }),
  barLength: fc.integer({ min: 1, max: 100_000 }),
});

const errorOf = (action: () => unknown): BackbeatError => {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof BackbeatError) return thrown;
    throw thrown;
  }
  throw new Error("it did not throw");
};

describe("BACKBEAT-REQ-043 legacy positions", () => {
  it.each([
    [1, { bar: 0, beat: 0 }],
    [8, { bar: 0, beat: 7 }],
    [9, { bar: 1, beat: 0 }],
    [123, { bar: 15, beat: 2 }],
    [0, { bar: -1, beat: 7 }],
  ])("beat %i of bars of 8 from beat 1 on is %o, and back", (beatIndex, position) => {
    const grid = { barOrigin: 1, barLength: 8 };
    expect(legacyPositionOf(grid, beatIndex)).toEqual(position);
    expect(beatIndexOf(grid, position)).toBe(beatIndex);
  });

  it("a grid that begins elsewhere numbers its bars from there", () => {
    expect(legacyPositionOf({ barOrigin: 17, barLength: 8 }, 17)).toEqual({ bar: 0, beat: 0 });
    expect(legacyPositionOf({ barOrigin: 17, barLength: 8 }, 16)).toEqual({ bar: -1, beat: 7 });
  });

  it("each index has one position, and back it is the same index", () => {
    fc.assert(
      fc.property(grids, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (grid, beatIndex) => {
        const { bar, beat } = legacyPositionOf(grid, beatIndex);
        expect(beat).toBeGreaterThanOrEqual(0);
        expect(beat).toBeLessThan(grid.barLength);
        expect(Object.is(bar, -0)).toBe(false);
        expect(beatIndexOf(grid, { bar, beat })).toBe(beatIndex);
      }),
    );
  });

  it("each position has one index, and back it is the same position", () => {
    const positions = grids.chain((grid) =>
      fc.record({
        grid: fc.constant(grid),
        bar: fc.integer({ min: 0, max: 1_000_000 }),
        beat: fc.integer({ min: 0, max: grid.barLength - 1 }),
      }),
    );
    fc.assert(
      fc.property(positions, ({ bar, beat, grid }) => {
        expect(legacyPositionOf(grid, beatIndexOf(grid, { bar, beat }))).toEqual({ bar, beat });
      }),
    );
  });

  it("later beats have later positions", () => {
    fc.assert(
      fc.property(grids, fc.nat({ max: 1_000_000 }), (grid, beatIndex) => {
        const [one, next] = [legacyPositionOf(grid, beatIndex), legacyPositionOf(grid, beatIndex + 1)];
        const isNextBar = next.bar === one.bar + 1 && next.beat === 0;
        expect(isNextBar || (next.bar === one.bar && next.beat === one.beat + 1)).toBe(true);
      }),
    );
  });

  it("what is wrong is told all at once", () => {
    const error = errorOf(() => beatIndexOf({ barOrigin: -1, barLength: 0.5 }, { bar: 0.5, beat: 8 }));
    expect(error.code).toBe("bad-message");
    expect(error.message).toBe(
      "Cannot find the beat of a position: barLength is 0.5, expected a whole number from 1 on; barOrigin is -1, expected the index of a bar's first beat; bar is 0.5, expected a whole number, 0 for the first bar; beat is 8, expected a whole number from 0 to -0.5",
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "a beat beyond its bar",
      () => beatIndexOf({ barOrigin: 1, barLength: 8 }, { bar: 0, beat: 8 }),
      /beat is 8, expected a whole number from 0 to 7/,
    ],
    [
      "a position before beat 0",
      () => beatIndexOf({ barOrigin: 1, barLength: 8 }, { bar: -1, beat: 6 }),
      /they are beat_index -1/,
    ],
    [
      "a position behind all numbers",
      () => beatIndexOf({ barOrigin: 1, barLength: 8 }, { bar: Number.MAX_SAFE_INTEGER, beat: 0 }),
      /expected one from 0 to 9007199254740991/,
    ],
    [
      "half a beat",
      () => legacyPositionOf({ barOrigin: 1, barLength: 8 }, 1.5),
      /beat_index is 1.5, expected a whole number/,
    ],
    ["a beat below 0", () => legacyPositionOf({ barOrigin: 1, barLength: 8 }, -1), /beat_index is -1/],
  ])("%s is refused", (_name, action, text) => {
    expect(errorOf(action).message).toMatch(text);
  });

  it("LegacyPositions warns once for each direction, whoever converts", () => {
    const log = recordingLog();
    const warned = new Set<LegacyDirection>();
    const grid = { barOrigin: 1, barLength: 8 };
    const [one, other] = [
      new LegacyPositions(grid, log, { warned }),
      new LegacyPositions(grid, log, { warned }),
    ];
    expect(one.toBeatIndex({ bar: 2, beat: 3 })).toBe(20);
    expect(other.toBeatIndex({ bar: 2, beat: 3 })).toBe(20);
    expect(log.texts("warn")).toEqual([expect.stringMatching(/^A \{bar, beat\} position was converted/)]);
    expect(one.fromBeatIndex(20)).toEqual({ bar: 2, beat: 3 });
    expect(other.fromBeatIndex(20)).toEqual({ bar: 2, beat: 3 });
    expect(log.texts("warn")).toHaveLength(2);
  });

  it("LegacyPositions warns once in a process where nothing else is given", () => {
    const [first, second] = [recordingLog(), recordingLog()];
    for (const log of [first, second])
      new LegacyPositions({ barOrigin: 1, barLength: 8 }, log).toBeatIndex({ bar: 0, beat: 0 });
    expect(first.texts("warn")).toHaveLength(1);
    expect(second.texts("warn")).toEqual([]);
  });
});
