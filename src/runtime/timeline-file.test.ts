import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredTimeline } from "../core/timeline.ts";
import { TimelineFile } from "./timeline-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backbeat-timeline-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TIMELINE: StoredTimeline = {
  clusterId: "c1",
  epoch: 3,
  firstBeat: 1,
  originWallMs: 1_767_225_600_000.25,
  tempoBpm: 2.5,
  barLength: 120,
  barOrigin: 1,
  lastBeat: 77,
};

function written(members: Record<string, unknown> | string): () => unknown {
  const text = typeof members === "string" ? members : JSON.stringify({ format: 1, ...TIMELINE, ...members });
  writeFileSync(join(folder, "timeline-c1.json"), text);
  return () => new TimelineFile(folder, "c1").load();
}

describe("TimelineFile", () => {
  it("P1 TimelineFile gives back what was saved, to the last saving", () => {
    const file = new TimelineFile(folder, "c1");
    expect(file.load()).toBeUndefined();
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 10_000 }), (lastBeat, tenths) => {
        const timeline = { ...TIMELINE, lastBeat, tempoBpm: tenths / 10 };
        file.save(timeline);
        expect(new TimelineFile(folder, "c1").load()).toEqual(timeline);
      }),
      { numRuns: 20 },
    );
    expect(readdirSync(folder)).toEqual(["timeline-c1.json"]);
  });

  it("BACKBEAT-REQ-004 TimelineFile keeps a tempo change that is announced", () => {
    const file = new TimelineFile(folder, "c1");
    const timeline = { ...TIMELINE, next: { fromBeat: 121, tempoBpm: 2.7 } };
    file.save(timeline);
    expect(file.load()).toEqual(timeline);
    file.save(TIMELINE);
    expect(file.load()).toEqual(TIMELINE);
    expect(written({ next: { fromBeat: 1, tempoBpm: 0 } })).toThrow(/next is .*not a tempo and the beat/);
  });

  it("P1 TimelineFile keeps clusters apart", () => {
    new TimelineFile(folder, "c1").save(TIMELINE);
    expect(new TimelineFile(folder, "c2").load()).toBeUndefined();
  });

  it("P1 TimelineFile keeps the old timeline when the new one was not completed", () => {
    new TimelineFile(folder, "c1").save(TIMELINE);
    writeFileSync(join(folder, "timeline-c1.json.new"), '{"format": 1, "clus');
    const file = new TimelineFile(folder, "c1");
    expect(file.load()).toEqual(TIMELINE);
    file.save({ ...TIMELINE, lastBeat: 78 });
    expect(file.load()).toEqual({ ...TIMELINE, lastBeat: 78 });
  });

  it.each([
    ["{", "it is not JSON"],
    ["7", "it holds no JSON object"],
    [{ format: 2 }, "its format is 2, not 1"],
    [{ epoch: "3" }, 'epoch is "3", not a whole number'],
    [{ lastBeat: -1 }, "lastBeat is -1, not a whole number"],
    [{ lastBeat: 2 ** 53 }, "lastBeat is 9007199254740992"],
    [{ tempoBpm: 0 }, "tempoBpm is 0"],
    [{ barLength: 0 }, "barLength is 0"],
    [{ originWallMs: null }, "originWallMs is null"],
    [{ clusterId: "C1" }, 'it belongs to the cluster "C1"'],
  ])("P1 TimelineFile refuses to guess at %j", (members, observed) => {
    const load = written(members);
    expect(load).toThrow(expect.objectContaining({ code: "bad-timeline" }));
    expect(load).toThrow(`: ${observed}`);
    expect(load).toThrow(/Restore the file, or move it away/);
  });

  it.each(["", "\n", "\0".repeat(512), "\uFEFF"])(
    "P1 TimelineFile tells a timeline that was lost from one that never was, and leaves the file as it is: %j",
    (content) => {
      const lost = expect.objectContaining({
        code: "bad-timeline",
        message: expect.stringMatching(/: it is empty, expected .* Restore the file, or move it away/),
      });
      expect(written(content)()).toEqual({ lost });
      expect(readFileSync(join(folder, "timeline-c1.json"), "utf8")).toBe(content);
    },
  );

  it("P1 TimelineFile says in one line that the directory cannot be written", () => {
    const file = new TimelineFile(join(folder, "missing"), "c1");
    expect(() => file.save(TIMELINE)).toThrow(expect.objectContaining({ code: "data-dir-unusable" }));
  });
});
