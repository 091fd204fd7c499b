import { describe, expect, it } from "vitest";
import { isForegroundGroup } from "./signals.ts";

describe("BACKBEAT-REQ-041 isForegroundGroup", () => {
  it.each([
    ["in the foreground of a terminal", "77 (node) S 70 77 60 34816 77 4194304 0", true],
    ["in the background of a terminal", "77 (node) S 70 77 60 34816 60 4194304 0", false],
    ["without a terminal", "77 (node) S 70 77 77 0 -1 4194304 0", false],
    ["of a program with a strange name", "77 (a) b (c) S 70 77 60 34816 77 4194304 0", true],
  ])("of a process %s", (_where, stat, expected) => {
    expect(isForegroundGroup(stat)).toBe(expected);
  });

  it("says no where it cannot read what it gets", () => {
    expect(isForegroundGroup("")).toBe(false);
  });
});
