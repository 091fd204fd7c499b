/** `npm run soak`: the tests that try many cases, in their long form; see support/effort.ts. */
import { defineConfig } from "vitest/config";

export const SOAKED = [
  "test/core/invariants.test.ts",
  "test/core/lossy-frames.test.ts",
  "test/core/replay.test.ts",
  "test/core/twin.test.ts",
  "test/pulse/chaos.test.ts",
  "test/reverb/flood.test.ts",
  "test/reverb/forged-claims.test.ts",
  "test/reverb/fuzz.test.ts",
  "test/reverb/order.test.ts",
];

export default defineConfig({
  test: {
    include: SOAKED,
    env: { BACKBEAT_SOAK: "1" },
    reporters: ["verbose"],
    maxWorkers: 2,
    testTimeout: 3_600_000,
  },
});
