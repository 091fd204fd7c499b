import { describe, expect, test } from "vitest";
import { type FrameWish, frameOf } from "../../test/support/messages.ts";
import { FAKE_WALL_START_MS } from "../sdk/testing/fake-clock.ts";
import type { FrameEntry } from "./entry.ts";
import { defaultLeapBeats, epochOf, Line, type LineVerdict } from "./line.ts";

const LEAP = 50;

interface Arrival extends FrameWish {
  /** When the frame arrives and what it announces, in beats since the start; default its index. */
  readonly at?: number;
}

function entryOf(beat: number, { at = beat, ...wish }: Arrival = {}): FrameEntry {
  const nowMs = FAKE_WALL_START_MS + at * 1_000;
  const deadline_at = new Date(nowMs + 1_000).toISOString();
  return { kind: "frame", frame: frameOf(beat, { deadline_at, ...wish }), seq: at, timeMs: nowMs };
}

/** A line that has heard beat 100. */
function lineAt100(epoch = 0): Line {
  const line = new Line(LEAP);
  line.accept(entryOf(100, { metadata: { epoch } }));
  return line;
}

function verdicts(line: Line, entries: readonly FrameEntry[]): LineVerdict[] {
  return entries.map((entry) => {
    const verdict = line.judge(entry);
    if (verdict === "on-line") line.accept(entry);
    return verdict;
  });
}

describe("invariant P1 Line", () => {
  test("takes the first frame whatever its index, then 1 … leap beats ahead", () => {
    expect(new Line(LEAP).judge(entryOf(10 ** 12))).toBe("on-line");
    const line = lineAt100();
    expect(line.judge(entryOf(101))).toBe("on-line");
    expect(line.judge(entryOf(150))).toBe("on-line");
    expect(line.judge(entryOf(151))).toBe("candidate");
  });

  test("knows a repeated index, also of a higher epoch, and a frame that was overtaken", () => {
    const line = lineAt100();
    expect(line.judge(entryOf(100))).toBe("duplicate");
    expect(line.judge(entryOf(100, { metadata: { epoch: 3 } }))).toBe("duplicate");
    expect(line.judge(entryOf(99))).toBe("stale");
  });

  test("takes nothing of a lower epoch, and moves on with a higher one", () => {
    const line = lineAt100(2);
    expect(line.judge(entryOf(101, { metadata: { epoch: 1 } }))).toBe("stale");
    expect(line.judge(entryOf(101))).toBe("stale");
    expect(line.judge(entryOf(101, { metadata: { epoch: 2 } }))).toBe("on-line");
    line.accept(entryOf(101, { metadata: { epoch: 5 } }));
    expect(line.newest).toMatchObject({ index: 101, epoch: 5, tempoBpm: 60, beatDurationMs: 1_000 });
  });

  test.each([-1, 1.5, "2", null, Number.MAX_SAFE_INTEGER + 1])("an epoch of %j is none", (epoch) => {
    expect(epochOf(entryOf(1, { metadata: { epoch } }))).toBe(0);
  });

  test("three candidates that rise by small steps become the line: a pulse that began anew at 1", () => {
    const line = lineAt100();
    const entries = [1, 2, 3].map((beat) => entryOf(beat, { at: 100 + beat }));
    expect(verdicts(line, entries)).toEqual(["candidate", "candidate", "restart"]);
    expect(line.restart()).toEqual(entries);
    expect(line.newest).toBeUndefined();
  });

  test("three candidates far ahead become the line too, one that is repeated counting once", () => {
    const entries = [0, 0, 8, 16].map((ahead) => entryOf(10 ** 12 + ahead, { at: 101 + ahead }));
    expect(verdicts(lineAt100(), entries)).toEqual(["candidate", "candidate", "candidate", "restart"]);
  });

  test("candidates that fall, leap, or have a frame of the line between them are not one", () => {
    const later = (beat: number) => entryOf(beat, { at: 101 + beat / 1_000 });
    expect(verdicts(lineAt100(), [3, 2, 1].map(later))).not.toContain("restart");
    expect(verdicts(lineAt100(), [1, 2, 11].map(later))).not.toContain("restart");
    expect(verdicts(lineAt100(), [later(1), later(2), entryOf(101), later(3)])).not.toContain("restart");
  });

  test("frames that were overtaken on their way are no candidates, however many", () => {
    const overtaken = [96, 97, 98, 99].map((beat) => entryOf(beat));
    expect(verdicts(lineAt100(), overtaken)).toEqual(["stale", "stale", "stale", "stale"]);
  });

  test("deadlines of whole seconds do not make an overtaken frame news", () => {
    const deadline_at = new Date(FAKE_WALL_START_MS + 200_000).toISOString();
    const line = new Line(LEAP);
    line.accept(entryOf(100, { deadline_at }));
    const overtaken = [97, 98, 99].map((beat) => entryOf(beat, { deadline_at }));
    expect(verdicts(line, overtaken)).toEqual(["stale", "stale", "stale"]);
  });

  test("a lower index is believed whatever its deadline once the line is silent for three beats", () => {
    const deadline_at = new Date(0).toISOString();
    const restarted = (first: number) =>
      [1, 2, 3].map((beat) => entryOf(beat, { at: first + beat, deadline_at }));
    expect(verdicts(lineAt100(), restarted(103))).toEqual(["candidate", "candidate", "restart"]);
    expect(verdicts(lineAt100(), restarted(100))).toEqual(["stale", "stale", "stale"]);
  });

  test("the default leap is two bars, at least 1,000 beats", () => {
    expect([defaultLeapBeats(8), defaultLeapBeats(500), defaultLeapBeats(501)]).toEqual([
      1_000, 1_000, 1_002,
    ]);
  });
});
