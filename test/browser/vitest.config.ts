import { defineConfig } from "vitest/config";

/** The dashboard in a real Chromium, against the real programs: one file at a time, since each takes both cores. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
