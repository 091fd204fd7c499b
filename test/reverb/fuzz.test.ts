import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { startGarbageRun } from "../support/garbage.ts";

const MESSAGES = 1_000_000;
/** What may be kept of a million messages: windows of few agents, counters, caches of the engine. */
const KEPT_BYTES_MAX = 8 * 2 ** 20;

const REASONS = [
  "not-json",
  "not-object",
  "wrong-message-type",
  "missing-member",
  "wrong-member-type",
  "out-of-limits",
  "beat-index-too-large",
] as const;

describe("a million messages of garbage", () => {
  it("BACKBEAT-REQ-020 R4 R6 never stop reverb, are counted by reason, and leave nothing in memory", async () => {
    const seed = Date.now() % 2 ** 31;
    const { feed, reverb } = startGarbageRun(seed);
    feed(MESSAGES / 10); // until then the engine still compiles
    const keptBefore = keptBytes();
    feed((MESSAGES * 9) / 10);
    const keptMore = keptBytes() - keptBefore;

    const { totals } = reverb.view.status();
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((a, b) => a + b, 0);
    expect(totals.claimsReceived + totals.framesReceived, `seed ${seed}`).toBe(MESSAGES + 1);
    expect(sum(totals.claims)).toBe(totals.claimsReceived);
    expect(sum(totals.frames)).toBe(totals.framesReceived);
    for (const reason of REASONS)
      expect(totals.claims[`refused-${reason}`], `${reason}, seed ${seed}`).toBeGreaterThan(0);
    expect(keptMore, `bytes kept, seed ${seed}`).toBeLessThan(KEPT_BYTES_MAX);
    await reverb.stop();
  }, 180_000);
});

/** What cannot be collected. */
function keptBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
