import { describe, expect, it } from "vitest";
import { claimOf } from "../../../test/support/messages.ts";
import type { BackbeatError } from "../../errors.ts";
import { type ClaimWish, claimedLine, detailsOf } from "./details.ts";

const nothing: ClaimWish = {
  beat: undefined,
  beatsLeft: undefined,
  dependencies: undefined,
  metadata: undefined,
  nextBeat: undefined,
  notes: undefined,
  progress: undefined,
  taskId: undefined,
};

describe("BACKBEAT-REQ-041 detailsOf", () => {
  it("says nothing that was not said", () => {
    expect(detailsOf(nothing)).toEqual({});
  });

  it("names what was said as the wire does", () => {
    const wish = {
      beat: 7,
      beatsLeft: 0,
      dependencies: ["a:1", "b:2"],
      metadata: { retry_count: 2 },
      nextBeat: 9,
      notes: "n",
      progress: 0,
      taskId: "t",
    };
    expect(detailsOf(wish)).toEqual({
      beat_index: 7,
      beats_left: 0,
      dependencies: ["a:1", "b:2"],
      metadata: { retry_count: 2, next_beat: 9 },
      notes: "n",
      progress: 0,
      task_id: "t",
    });
  });

  it("tells every contradiction at once", () => {
    const wish = { ...nothing, beat: 9, nextBeat: 9, metadata: { next_beat: 12 } };
    expect(() => detailsOf(wish)).toThrow(
      "Cannot claim:\n  --next-beat is 9, but next_beat in --metadata is 12\n  --next-beat is 9, expected a beat after --beat 9",
    );
    try {
      detailsOf(wish);
    } catch (thrown) {
      expect((thrown as BackbeatError).code).toBe("bad-config");
    }
    expect(detailsOf({ ...nothing, nextBeat: 12, metadata: { next_beat: 12 } }).metadata).toEqual({
      next_beat: 12,
    });
  });
});

describe("BACKBEAT-REQ-041 claimedLine", () => {
  it("says who claimed what", () => {
    expect(claimedLine(claimOf("a:1", 7))).toBe("a:1 claimed executing for beat 7");
    expect(claimedLine(claimOf("a:1", 7, { task_id: "t" }))).toBe("a:1 claimed executing for beat 7, task t");
  });
});
