import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginTimeline, resumeTimeline } from "./resume.ts";
import { dueMsOf, type StoredTimeline, wallScheduleOf } from "./timeline.ts";

const BORN_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

const STORED: StoredTimeline = {
  clusterId: "orchestra",
  epoch: BORN_MS / 1000,
  firstBeat: 1,
  originWallMs: BORN_MS,
  tempoBpm: 2,
  barLength: 120,
  barOrigin: 1,
  lastBeat: 10,
};

/** Due time of a beat of STORED: 30 s each. */
const dueMs = (beat: number): number => BORN_MS + (beat - 1) * 30_000;

describe("BACKBEAT-REQ-002 beginTimeline", () => {
  it("starts at beat 1, a downbeat, with the second of its birth as epoch", () => {
    const wanted = { clusterId: "orchestra", tempoBpm: 2, barLength: 120 };
    expect(beginTimeline(wanted, BORN_MS + 1_999)).toEqual({
      kind: "begun",
      timeline: { ...STORED, epoch: BORN_MS / 1000 + 1, originWallMs: BORN_MS + 1_999, lastBeat: 0 },
      nextBeat: 1,
      skippedBeats: 0,
    });
  });
});

describe("BACKBEAT-REQ-002 resumeTimeline", () => {
  it("goes on with the next beat after a short break", () => {
    expect(resumeTimeline(STORED, dueMs(11) - 1)).toEqual({
      kind: "continued",
      timeline: STORED,
      nextBeat: 11,
      skippedBeats: 0,
    });
    expect(resumeTimeline(STORED, dueMs(11))).toMatchObject({ nextBeat: 11 });
  });

  it("skips and counts the beats of an outage", () => {
    expect(resumeTimeline(STORED, dueMs(11) + 1)).toMatchObject({ nextBeat: 12, skippedBeats: 1 });
    const afterHours = resumeTimeline(STORED, dueMs(10) + 5 * HOUR_MS);
    expect(afterHours).toMatchObject({ kind: "continued", nextBeat: 610, skippedBeats: 599 });
  });

  it("invariant P1: never uses the stored index again, also when it is not due yet", () => {
    expect(resumeTimeline(STORED, dueMs(10) - 5)).toMatchObject({ kind: "continued", nextBeat: 11 });
  });

  it("continues over a day, and starts a new epoch after more", () => {
    expect(resumeTimeline(STORED, dueMs(10) + 24 * HOUR_MS)).toMatchObject({
      kind: "continued",
      nextBeat: 2_890,
    });
    const startMs = dueMs(10) + 24 * HOUR_MS + 1;
    expect(resumeTimeline(STORED, startMs)).toEqual({
      kind: "new-epoch",
      timeline: { ...STORED, epoch: Math.floor(startMs / 1000), firstBeat: 11, originWallMs: startMs },
      nextBeat: 11,
      skippedBeats: 0,
    });
  });

  it("starts a new, higher epoch when the wall clock went back", () => {
    const resumed = resumeTimeline(STORED, dueMs(10) - HOUR_MS);
    expect(resumed).toMatchObject({ kind: "new-epoch", nextBeat: 11 });
    expect(resumed.timeline.epoch).toBe(STORED.epoch + 1);
  });

  it("invariants P1 and P3: the next beat is new, not due before the start, and no later than needed", () => {
    const wander = fc.integer({ min: -3 * 24 * HOUR_MS, max: 3 * 24 * HOUR_MS });
    const tempo = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(wander, tempo, fc.integer({ min: 1, max: 10 ** 6 }), (sinceLastMs, tenths, lastBeat) => {
        const stored = { ...STORED, tempoBpm: tenths / 10, lastBeat };
        const lastDueMs = dueMsOf(wallScheduleOf(stored), lastBeat);
        const startMs = lastDueMs + sinceLastMs;
        const { kind, timeline, nextBeat, skippedBeats } = resumeTimeline(stored, startMs);
        const nextDueMs = dueMsOf(wallScheduleOf(timeline), nextBeat);
        expect(nextBeat).toBeGreaterThan(lastBeat);
        expect(nextDueMs).toBeGreaterThanOrEqual(startMs);
        expect(nextDueMs - startMs).toBeLessThanOrEqual((2 * 600_000) / tenths);
        expect(skippedBeats).toBe(kind === "continued" ? nextBeat - lastBeat - 1 : 0);
        expect(timeline.epoch > stored.epoch).toBe(kind === "new-epoch");
        expect(timeline.lastBeat).toBe(lastBeat);
      }),
    );
  });
});
