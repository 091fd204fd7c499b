import { describe, expect, it } from "vitest";
import { faultIn, shortnessOf, stallLimitMs } from "./journal-health.ts";

const state = { id: "j", firstSeq: 1, lastSeq: 1_000, bytes: 100_000 };
const use = { id: "j", readSeq: 1_000, neededSeq: 600, barMs: 1_000 };

describe("journal health", () => {
  it("R1 a journal that holds what is needed has no fault", () => {
    expect(faultIn(state, use)).toBeUndefined();
    expect(faultIn({ ...state, firstSeq: 600 }, use)).toBeUndefined();
  });

  it.each([
    ["replaced", { ...state, id: "k" }],
    ["went-back", { ...state, lastSeq: 999 }],
    ["cut", { ...state, firstSeq: 601 }],
  ])("R1 a journal that was %s is told", (kind, broken) => {
    expect(faultIn(broken, use)?.kind).toBe(kind);
  });

  it("R1 a journal is short when recovery needs half of what fits its bytes", () => {
    expect(shortnessOf(state, use)).toBeUndefined();
    // 1,000 entries have 100,000 bytes: 100,000 hold 1,000, of which 401 are needed.
    expect(shortnessOf({ ...state, bytesMax: 100_000 }, use)).toBeUndefined();
    expect(shortnessOf({ ...state, bytesMax: 80_000 }, use)).toMatch(
      /401 entries, 800 fit .*--journal-max-bytes/,
    );
  });

  it("R1 a journal is short when three bars last longer than half of its age", () => {
    expect(shortnessOf({ ...state, ageMaxMs: 6_000 }, use)).toBeUndefined();
    expect(shortnessOf({ ...state, ageMaxMs: 5_999 }, use)).toMatch(/--journal-max-age/);
  });

  it("a stall is told after two beats, at least five seconds", () => {
    expect([stallLimitMs(500), stallLimitMs(30_000)]).toEqual([5_000, 60_000]);
  });
});
