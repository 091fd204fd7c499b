import { describe, expect, test } from "vitest";
import { frameOf } from "../../test/support/messages.ts";
import { Bars } from "./bars.ts";

const frame = (beat: number, metadata?: object, downbeat = false) =>
  frameOf(beat, { downbeat, ...(metadata === undefined ? {} : { metadata: { ...metadata } }) });
const downbeat = (beat: number) => frame(beat, undefined, true);
const before = { fromBeat: 1, fromIsExact: true, newestIndex: 7 };

describe("BACKBEAT-REQ-020 Bars", () => {
  test("a bar begins at its downbeat, whatever else is said", () => {
    expect(new Bars(8).start(frame(9, { bar_from: 8 }, true), before)).toEqual({
      fromBeat: 9,
      fromIsExact: true,
    });
  });

  test("without its downbeat a bar begins where metadata.bar_from says, if that is possible", () => {
    const startOf = (bar_from: unknown) => new Bars(8).start(frame(11, { bar_from }), before);
    expect(startOf(10)).toEqual({ fromBeat: 10, fromIsExact: true });
    expect(startOf(8)).toEqual({ fromBeat: 8, fromIsExact: true });
    for (const impossible of [7, 12, -1, 9.5, "9", null])
      expect(startOf(impossible)).toEqual({ fromBeat: 9, fromIsExact: false });
  });

  test("without either a bar begins where the bars before it end by the learnt length", () => {
    expect(new Bars(8).start(frame(11), before)).toEqual({ fromBeat: 9, fromIsExact: false });
    expect(new Bars(8).start(frame(19), before)).toEqual({ fromBeat: 17, fromIsExact: false });
  });

  test("a computed beginning that lies outside the gap gives way to the first frame seen", () => {
    expect(new Bars(6).start(frame(9), before)).toEqual({ fromBeat: 9, fromIsExact: false });
    expect(new Bars(20).start(frame(9), before)).toEqual({ fromBeat: 9, fromIsExact: false });
    expect(new Bars(8).start(frame(11), undefined)).toEqual({ fromBeat: 11, fromIsExact: false });
  });

  test("the first bar may begin before it was joined", () => {
    expect(new Bars(8).start(frame(11, { bar_from: 9 }), undefined)).toEqual({
      fromBeat: 9,
      fromIsExact: true,
    });
  });

  test("the length that is announced wins, from its first frame", () => {
    const bars = new Bars(8);
    for (const bar_length of [16, 0, -1, 2.5, "9", 100_001, undefined]) bars.hear(frame(1, { bar_length }));
    expect(bars.length).toBe(16);
  });

  test("the length is learnt from two beginnings that were announced, with no room for a bar between", () => {
    const learnt = (guess: number, previous: typeof before, next = downbeat(17)) => {
      const bars = new Bars(guess);
      bars.start(next, previous);
      return bars.length;
    };
    expect(learnt(8, { ...before, newestIndex: 16 })).toBe(16);
    expect(learnt(8, { ...before, newestIndex: 9 })).toBe(16);
    expect(learnt(8, { ...before, newestIndex: 8 })).toBe(8);
    expect(learnt(8, { ...before, newestIndex: 16, fromIsExact: false })).toBe(8);
    expect(learnt(8, { ...before, newestIndex: 16 }, frame(17))).toBe(8);
    expect(learnt(8, { ...before, newestIndex: 200_000 }, downbeat(200_001))).toBe(8);
  });
});
