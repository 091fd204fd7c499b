import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { windowIdOf } from "./window-id.ts";

describe("BACKBEAT-REQ-005 windowIdOf", () => {
  it.each([
    ["chorus-production", 1, "a5a99821fc012dc1112ec4bf4db91dac"],
    ["chorus-production", 121, "1dbdfd6f774983b997bb889551afe017"],
    ["c", Number.MAX_SAFE_INTEGER, "b86839e83c6fc7fb19f8482c910c1cf8"],
  ])("of cluster %s at beat %d is what sha256sum says", (clusterId, beat, id) => {
    expect(windowIdOf(clusterId, beat)).toBe(id);
  });

  it("is a legal window id, the same each time and another for each bar and cluster", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/), fc.maxSafeNat(), (clusterId, beat) => {
        const id = windowIdOf(clusterId, beat);
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(windowIdOf(clusterId, beat)).toBe(id);
        expect(windowIdOf(clusterId, beat - 1)).not.toBe(id);
        expect(windowIdOf(`${clusterId}x`, beat)).not.toBe(id);
      }),
    );
  });
});
