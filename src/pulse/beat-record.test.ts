import { describe, expect, it } from "vitest";
import { BeatRecord, LATENESS_KEPT } from "./beat-record.ts";

describe("BACKBEAT-PER-003 BeatRecord", () => {
  it("remembers the lateness of a bounded number of beats", () => {
    const record = new BeatRecord(0);
    record.published(1, 500);
    for (let beat = 0; beat < LATENESS_KEPT; beat += 1) record.published(2, 3);
    record.published(3, 4);
    expect(record.drift()).toEqual({
      beats: LATENESS_KEPT,
      lastLateMs: 4,
      meanLateMs: expect.closeTo(3, 2),
      maxLateMs: 4,
    });
    expect(record.totals.published).toBe(LATENESS_KEPT + 2);
  });

  it("hands out totals that do not change any more", () => {
    const record = new BeatRecord(0);
    const before = record.totals;
    record.unsent();
    expect([before.unsent, record.totals.unsent]).toEqual([0, 1]);
  });
});
