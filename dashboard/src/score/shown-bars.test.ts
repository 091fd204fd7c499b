import { describe, expect, it } from "vitest";
import type { Bar } from "../bars/bars.ts";
import type { BeatEvent } from "../wire/types.ts";
import { barsInSight, shownBars } from "./shown-bars.ts";

const beat = { window_id: "c", bar_from: 17, bar_length: 8, beat_index: 18 } as BeatEvent;
const scoreBars = [
  { window_id: "a", from_beat: 1, to_beat: 8, open: false },
  { window_id: "b", from_beat: 9, to_beat: 16, open: true },
];
const reported = (windowId: string, from_beat: number, to_beat: number) =>
  ({ windowId, report: { from_beat, to_beat } }) as unknown as Bar;

describe("shownBars", () => {
  it("R1 shownBars has each bar once, oldest first, with the open one that only a beat has told", () => {
    const bars = shownBars({ scoreBars, bars: [reported("a", 1, 8)], beat });
    expect(bars.map(({ windowId }) => windowId)).toEqual(["a", "b", "c"]);
    expect(bars.map(({ isOpen }) => isOpen)).toEqual([false, true, true]);
    expect(bars.map((bar) => bar.reported !== undefined)).toEqual([true, false, false]);
    expect(bars[2]).toMatchObject({ fromBeat: 17, toBeat: 24 });
  });

  it("R1 shownBars believes a report about where its bar lay", () => {
    const [, b] = shownBars({ scoreBars, bars: [reported("b", 9, 14)], beat: undefined });
    expect(b).toMatchObject({ toBeat: 14, isOpen: false });
  });

  it("P1 shownBars leaves out what lies ahead of a beat that began anew", () => {
    const anew = { window_id: "n", bar_from: 1, bar_length: 8, beat_index: 2 } as BeatEvent;
    const bars = shownBars({ scoreBars, bars: [reported("z", 801, 808)], beat: anew });
    expect(bars.map(({ windowId }) => windowId)).toEqual(["a", "n"]);
  });

  it("barsInSight leaves out what lies before the page", () => {
    const columns = { fromBeat: 9, toBeat: 24, cellWidth: 10, leftPx: 0, rightPx: 160 };
    const bars = barsInSight(shownBars({ scoreBars, bars: [], beat }), columns);
    expect(bars.map(({ windowId }) => windowId)).toEqual(["b", "c"]);
  });
});
