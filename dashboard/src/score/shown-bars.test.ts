import fc from "fast-check";
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
    expect(bars.map(({ windowId }) => windowId)).toEqual(["n"]);
  });

  it("P1 shownBars leaves out bars of before where newer ones lie", () => {
    const anew = { window_id: "n3", bar_from: 17, bar_length: 8, beat_index: 18 } as BeatEvent;
    const before = [reported("a", 1, 8), reported("b", 9, 16), reported("c", 17, 24)];
    const lately = [{ window_id: "n2", from_beat: 9, to_beat: 16, open: false }];
    const bars = shownBars({ scoreBars: lately, bars: [...before, reported("n1", 1, 8)], beat: anew });
    expect(bars.map(({ windowId }) => windowId)).toEqual(["n1", "n2", "n3"]);
  });

  it("P1 shownBars goes strictly back in time from the open bar, whatever it is told", () => {
    const [from, length] = [fc.nat(60), fc.integer({ min: 1, max: 20 })];
    const span = fc.tuple(from, length).map(([first, beats]) => [first, first + beats - 1] as const);
    const spans = fc.array(span, { maxLength: 12 });
    fc.assert(
      fc.property(spans, spans, from, (listed, stored, bar_from) => {
        const bars = shownBars({
          scoreBars: listed.map(([from_beat, to_beat], at) => {
            return { window_id: `s${at}`, from_beat, to_beat, open: false };
          }),
          bars: stored.map(([from_beat, to_beat], at) => reported(`r${at}`, from_beat, to_beat)),
          beat: { window_id: "now", bar_from, bar_length: 8, beat_index: bar_from } as BeatEvent,
        });
        expect(bars.at(-1)).toMatchObject({ windowId: "now", fromBeat: bar_from });
        for (const [place, bar] of bars.slice(1).entries())
          expect(bars[place]?.toBeat).toBeLessThan(bar.fromBeat);
      }),
    );
  });

  it("barsInSight leaves out what lies before the page", () => {
    const columns = { fromBeat: 9, toBeat: 24, cellWidth: 10, leftPx: 0, rightPx: 160 };
    const bars = barsInSight(shownBars({ scoreBars, bars: [], beat }), columns);
    expect(bars.map(({ windowId }) => windowId)).toEqual(["b", "c"]);
  });
});
