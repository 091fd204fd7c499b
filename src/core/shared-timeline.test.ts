import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HeardBeat, SharedTimeline, timelineOfBeat, withTempoChange } from "./shared-timeline.ts";
import { dueMsOf, type StoredTimeline } from "./timeline.ts";

const BORN_MS = Date.UTC(2026, 0, 1);
const NOW = { monotonicMs: 5_000, wallMs: BORN_MS };

/** Beat 100 is due now, 2 beats a second, bars of 8 from beat 1. */
const STORED: StoredTimeline = {
  clusterId: "orchestra",
  epoch: 5,
  firstBeat: 100,
  originWallMs: BORN_MS,
  tempoBpm: 120,
  barLength: 8,
  barOrigin: 1,
  lastBeat: 99,
};
const HEARD: HeardBeat = { epoch: 5, beat: 101, tempoBpm: 120, barFrom: 97, barLength: 8 };

const at = (monotonicMs: number) => ({ monotonicMs, wallMs: BORN_MS + monotonicMs - 5_000 });
const dueOf = (timeline: SharedTimeline, beat: number) => dueMsOf(timeline.schedule, beat);

describe("BACKBEAT-REQ-001 SharedTimeline", () => {
  it("is tied by the wall, and by the first frame that it hears", () => {
    const timeline = new SharedTimeline(STORED, NOW);
    expect(dueOf(timeline, 101)).toBe(5_500);
    expect(timeline.hear(HEARD, at(5_620))).toBe("followed");
    expect(dueOf(timeline, 102)).toBe(6_120);
    timeline.hear({ ...HEARD, beat: 102 }, at(6_003));
    expect(dueOf(timeline, 103)).toBe(6_503);
  });

  it("is not moved by late frames, repeated frames and backlogs, but by eight that are all late", () => {
    const timeline = new SharedTimeline(STORED, NOW);
    timeline.hear(HEARD, at(5_500));
    for (let beat = 102; beat < 109; beat += 1)
      timeline.hear({ ...HEARD, beat }, at(dueOf(timeline, beat) + 3));
    expect(dueOf(timeline, 110)).toBe(10_000);
    timeline.hear({ ...HEARD, beat: 108 }, at(9_400));
    timeline.hear({ ...HEARD, beat: 109 }, at(9_503));
    expect(dueOf(timeline, 111)).toBe(10_503);
    for (let beat = 110; beat < 150; beat += 1) timeline.hear({ ...HEARD, beat }, at(60_000));
    expect(dueOf(timeline, 111)).toBe(10_503);
  });

  it("invariant P2: a lower epoch changes nothing, a higher one is taken up whole", () => {
    const timeline = new SharedTimeline(STORED, NOW);
    timeline.published(100, 5_000);
    expect(timeline.hear({ ...HEARD, epoch: 4, beat: 900, tempoBpm: 60 }, at(5_400))).toBe("stale");
    expect(timeline.takeUp({ ...STORED, epoch: 4, tempoBpm: 60 }, at(5_400))).toBe("stale");
    expect(timeline.stored).toEqual(STORED);
    expect(timeline.hear({ ...HEARD, epoch: 6, nextTempoBpm: 110 }, at(5_504))).toBe("taken-up");
    expect(timeline.stored).toMatchObject({
      epoch: 6,
      tempoBpm: 120,
      next: { fromBeat: 105, tempoBpm: 110 },
    });
    expect(dueOf(timeline, 105)).toBe(7_500);
    expect(dueOf(timeline, 106) - 7_500).toBeCloseTo(60_000 / 110);
  });

  it("keeps its own tie over a new epoch that goes on in step, also where the walls differ", () => {
    const timeline = new SharedTimeline(STORED, NOW);
    timeline.published(100, 5_000);
    timeline.takeUp({ ...STORED, epoch: 7, originWallMs: BORN_MS + 180 }, at(5_100));
    expect(timeline.stored.epoch).toBe(7);
    expect(dueOf(timeline, 102)).toBe(6_000);
  });

  it("takes another rhythm as it is heard", () => {
    const timeline = new SharedTimeline(STORED, NOW);
    timeline.published(100, 5_000);
    timeline.hear({ ...HEARD, epoch: 6, beat: 40, tempoBpm: 60, barFrom: 33 }, at(5_300));
    expect(dueOf(timeline, 41)).toBe(6_300);
  });

  it("is given on with the due time of a beat by the wall of now", () => {
    const timeline = new SharedTimeline({ ...STORED, next: { fromBeat: 105, tempoBpm: 110 } }, NOW);
    expect(timeline.asOf(102, at(5_900))).toMatchObject({
      firstBeat: 102,
      originWallMs: BORN_MS + 1_000,
      tempoBpm: 120,
    });
    expect(timeline.asOf(102, at(5_900)).next).toEqual({ fromBeat: 105, tempoBpm: 110 });
    const applied = timeline.asOf(105, at(5_900));
    expect([applied.tempoBpm, applied.next, applied.originWallMs]).toEqual([110, undefined, BORN_MS + 2_500]);
  });

  it("follows a publisher whose clock runs otherwise, within the least lateness of eight frames", () => {
    const late = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(late, fc.integer({ min: -100, max: 100 }), (lateMs, ppm) => {
        const timeline = new SharedTimeline(STORED, NOW);
        const trueDueMs = (beat: number) => 5_000 + (beat - 100) * 500 * (1 + ppm / 1e6);
        for (const [place, ms] of lateMs.entries())
          timeline.hear({ ...HEARD, beat: 101 + place }, at(trueDueMs(101 + place) + ms));
        const errorMs = dueOf(timeline, 161) - trueDueMs(161);
        expect(errorMs).toBeLessThanOrEqual(Math.max(...lateMs) + 1);
        expect(errorMs).toBeGreaterThanOrEqual(-1);
      }),
    );
  });
});

describe("BACKBEAT-REQ-001 timelineOfBeat", () => {
  it("is what a pulse goes on with that has nothing but a frame", () => {
    expect(
      timelineOfBeat({ ...HEARD, nextTempoBpm: 110 }, { clusterId: "orchestra", dueWallMs: BORN_MS }),
    ).toEqual({
      ...STORED,
      firstBeat: 101,
      barOrigin: 97,
      lastBeat: 101,
      next: { fromBeat: 105, tempoBpm: 110 },
    });
  });
});

describe("BACKBEAT-REQ-004 withTempoChange", () => {
  it("begins at the first downbeat that a frame still announces, in a new epoch", () => {
    const change = (nextBeat: number) => withTempoChange(STORED, { nextBeat, tempoBpm: 126 });
    expect(change(104)).toEqual({ ...STORED, epoch: 6, next: { fromBeat: 105, tempoBpm: 126 } });
    expect(change(105)?.next?.fromBeat).toBe(113);
  });

  it("replaces a pending one, and takes it back where the tempo is to stay", () => {
    const pending = withTempoChange(STORED, { nextBeat: 101, tempoBpm: 126 }) as StoredTimeline;
    expect(withTempoChange(pending, { nextBeat: 102, tempoBpm: 114 })?.next).toEqual({
      fromBeat: 105,
      tempoBpm: 114,
    });
    expect(withTempoChange(pending, { nextBeat: 102, tempoBpm: 120 })).toEqual({ ...STORED, epoch: 7 });
    expect(withTempoChange(STORED, { nextBeat: 102, tempoBpm: 0.05 })).toBeUndefined();
  });
});
