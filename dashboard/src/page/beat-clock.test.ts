import { describe, expect, it } from "vitest";
import type { BeatEvent } from "../wire/types.ts";
import { heardBeat, placeInBeat } from "./beat-clock.ts";

const EVENT: BeatEvent = {
  beat_index: 1_042,
  window_id: "0f".repeat(16),
  bar_from: 961,
  bar_length: 120,
  phase: "execute",
  tempo_bpm: 60,
  next_tempo_bpm: null,
  beat_ms: 1_000,
  into_beat_ms: 250,
  deadline_at: "2026-11-25T21:00:01.000Z",
  epoch: 3,
  leader: "p1",
  publisher: "p1",
  window: { claims_count: 8_123, agents_reporting: 812 },
};

describe("beat clock", () => {
  it("BACKBEAT-REQ-040 heardBeat begins where reverb heard it, not where it arrived", () => {
    const beat = heardBeat(EVENT, 10_000);
    expect(beat.beganAtMs).toBe(9_750);
    expect(placeInBeat(beat, 10_250)).toEqual({ part: 0.5, beatOfBar: 82, pace: "on time", overdueMs: 0 });
  });

  it("S1 placeInBeat never runs ahead: a beat that does not come is overdue, then stopped", () => {
    const beat = heardBeat(EVENT, 10_250);
    const at = (nowMs: number) => placeInBeat(beat, 10_000 + nowMs);
    expect(at(1_400)).toMatchObject({ part: 1, beatOfBar: 82, pace: "on time", overdueMs: 400 });
    expect(at(1_500)).toMatchObject({ pace: "overdue", overdueMs: 500 });
    expect(at(3_000)).toMatchObject({ part: 1, pace: "stopped", overdueMs: 2_000 });
    expect(at(-50)).toMatchObject({ part: 0, overdueMs: 0 });
  });
});
