import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameOf } from "../../test/support/messages.ts";
import { FAKE_WALL_START_MS } from "../sdk/testing/fake-clock.ts";
import type { FrameEntry } from "./entry.ts";
import { HeardFrames } from "./heard.ts";

const endOf = (beat: number) => FAKE_WALL_START_MS + (beat + 1) * 1_000;

function entryOf(beat: number, wish = {}): FrameEntry {
  return { kind: "frame", frame: frameOf(beat, wish), seq: beat, timeMs: FAKE_WALL_START_MS + beat * 1_000 };
}

function hearing(...beats: number[]): HeardFrames {
  const heard = new HeardFrames();
  for (const beat of beats) heard.hear(entryOf(beat));
  return heard;
}

describe("BACKBEAT-REQ-021 HeardFrames", () => {
  test("gives the deadline of a frame that was heard, and counts from the nearest for one that was not", () => {
    const heard = new HeardFrames();
    heard.hear(entryOf(4, { deadline_at: new Date(endOf(4) + 7).toISOString() }));
    heard.hear(entryOf(9));
    expect(heard.deadlineMsOf(4)).toBe(endOf(4) + 7);
    expect(heard.deadlineMsOf(9)).toBe(endOf(9));
    expect(heard.deadlineMsOf(1)).toBe(endOf(1) + 7);
    expect(heard.deadlineMsOf(6)).toBe(endOf(6) + 7);
    expect(heard.deadlineMsOf(7)).toBe(endOf(7));
    expect(heard.deadlineMsOf(12)).toBe(endOf(12));
  });

  test("takes the earlier of two frames that are equally near", () => {
    const heard = new HeardFrames();
    heard.hear(entryOf(4, { deadline_at: new Date(endOf(4) + 7).toISOString() }));
    heard.hear(entryOf(6));
    expect(heard.deadlineMsOf(5)).toBe(endOf(5) + 7);
  });

  test("counts beats of the length that the nearest frame announced", () => {
    const heard = new HeardFrames();
    heard.hear(entryOf(4));
    heard.hear(entryOf(6, { tempo_bpm: 600 }));
    expect(heard.deadlineMsOf(3)).toBe(endOf(3));
    expect(heard.deadlineMsOf(8)).toBe(endOf(6) + 200);
    expect(heard.beatDurationMs).toBe(100);
  });

  test("knows no deadline before a frame was heard", () => {
    expect(new HeardFrames().deadlineMsOf(3)).toBe(Number.POSITIVE_INFINITY);
  });

  test("finds the nearest as a search through all would", () => {
    const beats = fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(beats, fc.nat({ max: 45 }), (unsorted, beat) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        const heard = new HeardFrames();
        for (const [at, each] of sorted.entries())
          heard.hear(entryOf(each, { deadline_at: new Date(endOf(each) + at).toISOString() }));
        const nearest = sorted.reduce((best, each) =>
          Math.abs(each - beat) < Math.abs(best - beat) ? each : best,
        );
        expect(heard.deadlineMsOf(beat)).toBe(endOf(beat) + sorted.indexOf(nearest));
      }),
    );
  });

  test("tells what was heard", () => {
    const heard = hearing(3, 4, 8);
    expect([heard.count, heard.firstIndex, heard.newestIndex]).toEqual([3, 3, 8]);
    expect(heard.meanDriftMs).toBe(0);
  });
});
