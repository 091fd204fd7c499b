import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./backoff.ts";

describe("retryDelayMs", () => {
  it("retryDelayMs doubles from a second and stops at fifteen", () => {
    expect([0, 1, 2, 3, 4, 50].map((tries) => retryDelayMs(tries, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
  });

  it("retryDelayMs draws at most three tenths off, and is never 0", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (tries, drawn) => {
        const full = retryDelayMs(tries, 0);
        const delay = retryDelayMs(tries, drawn);
        expect(delay).toBeLessThanOrEqual(full);
        expect(delay).toBeGreaterThanOrEqual(full * 0.699);
      }),
    );
  });
});
