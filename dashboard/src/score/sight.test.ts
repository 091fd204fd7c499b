import { describe, expect, it } from "vitest";
import type { Bar } from "../bars/bars.ts";
import type { HeardBeat } from "../page/beat-clock.ts";
import { bars, beat, scoreBars } from "../page/store.ts";
import { columns, size, visibleBars } from "./sight.ts";

const reported = (windowId: string, from_beat: number, to_beat: number) =>
  ({ windowId, report: { from_beat, to_beat } }) as unknown as Bar;

describe("sight", () => {
  it("P1 columns show the open bar of a beat that began anew, while bars of before are retained", () => {
    size.value = { widthPx: 800, heightPx: 200 };
    bars.value = [reported("y", 793, 800), reported("z", 801, 808)];
    scoreBars.value = [
      { window_id: "y", from_beat: 793, to_beat: 800, open: false },
      { window_id: "z", from_beat: 801, to_beat: 808, open: false },
      { window_id: "n", from_beat: 1, to_beat: 8, open: true },
    ];
    beat.value = { window_id: "n", bar_from: 1, bar_length: 8, beat_index: 2 } as HeardBeat;
    expect(columns.value).toMatchObject({ fromBeat: 1, toBeat: 8 });
    expect(visibleBars.value.map(({ windowId }) => windowId)).toEqual(["n"]);
  });

  it("columns begin with the oldest bar that was asked for, not with the oldest report", () => {
    size.value = { widthPx: 800, heightPx: 200 };
    bars.value = [reported("a", 1, 8), reported("b", 9, 16)];
    scoreBars.value = [
      { window_id: "b", from_beat: 9, to_beat: 16, open: false },
      { window_id: "c", from_beat: 17, to_beat: 24, open: true },
    ];
    beat.value = { window_id: "c", bar_from: 17, bar_length: 8, beat_index: 18 } as HeardBeat;
    expect(columns.value).toMatchObject({ fromBeat: 9, toBeat: 24 });
  });
});
