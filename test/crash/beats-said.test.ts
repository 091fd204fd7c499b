import { describe, expect, it } from "vitest";
import { type BeatsOfReport, type StoredFrame, unsaidBeats } from "./beats-said.ts";

/** Joined at beat 3 of 1 to 4; beat 6 is missing; beat 8 is stored twice, once too late, once of an epoch that was over. */
const frames: readonly StoredFrame[] = [
  { index: 3, epoch: 1, windowId: "a" },
  { index: 4, epoch: 1, windowId: "a" },
  { index: 5, epoch: 2, windowId: "b" },
  { index: 7, epoch: 2, windowId: "b" },
  { index: 8, epoch: 1, windowId: "b" },
  { index: 8, epoch: 2, windowId: "b" },
  { index: 9, epoch: 2, windowId: "c" },
  { index: 8, epoch: 2, windowId: "b" },
];

const reports: readonly BeatsOfReport[] = [
  { windowId: "a", fromBeat: 1, toBeat: 4, missedBeats: 0, isPartial: true },
  { windowId: "b", fromBeat: 5, toBeat: 8, missedBeats: 1, isPartial: false },
];

describe("what reports say of missed beats", () => {
  it("is as many as have no frame in the journal", () => {
    expect(unsaidBeats(frames, reports)).toEqual([]);
  });

  it.each([
    ["a beat that is missing unsaid", { missedBeats: 0 }, "0 missed beats reported, 1 have no frame"],
    ["one that is said to be missing and is not", { missedBeats: 2 }, "2 missed beats reported, 1 have no"],
    ["a window of which there is nothing", { windowId: "z" }, "window z was reported, and no frame"],
  ])("finds %s", (_what, change, text) => {
    const changed = reports.map((report) => (report.windowId === "b" ? { ...report, ...change } : report));
    const faults = unsaidBeats(frames, changed);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(text);
  });
});
