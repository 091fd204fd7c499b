import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { effort, SEED } from "../support/effort.ts";
import { startGarbageRun } from "../support/garbage.ts";

const MESSAGES = effort({ test: 100_000, soak: 1_000_000 });
/** What may be kept of them all: windows of few agents, counters, caches of the engine. */
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

describe(`${MESSAGES} messages of garbage, BACKBEAT_SEED=${SEED}`, () => {
  it("BACKBEAT-REQ-020 R4 R6 never stop reverb, are counted by reason, and leave nothing in memory", async () => {
    const { feed, reverb } = startGarbageRun(SEED);
    feed(MESSAGES / 10); // until then the engine still compiles
    const keptBefore = keptBytes();
    feed((MESSAGES * 9) / 10);
    const keptMore = keptBytes() - keptBefore;

    const { totals } = reverb.view.status();
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((a, b) => a + b, 0);
    expect(totals.claimsReceived + totals.framesReceived).toBe(MESSAGES + 1);
    expect(sum(totals.claims)).toBe(totals.claimsReceived);
    expect(sum(totals.frames)).toBe(totals.framesReceived);
    for (const reason of REASONS) expect(totals.claims[`refused-${reason}`], reason).toBeGreaterThan(0);
    expect(keptMore, "bytes kept").toBeLessThan(KEPT_BYTES_MAX);
    await reverb.stop();
  });
});

/** What cannot be collected. */
function keptBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
