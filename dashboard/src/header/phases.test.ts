import { describe, expect, it } from "vitest";
import { phaseBeats } from "./phases.ts";

describe("phaseBeats", () => {
  it("BACKBEAT-REQ-002 phaseBeats splits a bar as the pulse does, and leaves out what has no beat", () => {
    expect(phaseBeats(8).map(({ beats }) => beats)).toEqual([2, 3, 3]);
    expect(phaseBeats(120).map(({ beats }) => beats)).toEqual([40, 40, 40]);
    expect(phaseBeats(1)).toEqual([{ name: "review", beats: 1 }]);
  });
});
