import { defineConfig } from "vitest/config";

/** Everything is one run: files share nothing, so each may start servers of its own. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "dashboard/**/*.test.ts", "test/**/*.test.ts"],
    // They need a Chromium: `npm run test:browser`.
    exclude: ["test/browser/**", "node_modules/**"],
    environment: "node",
    pool: "forks",
    // Most tests wait for servers and processes: four at a time keep two cores busy.
    maxWorkers: 4,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    retry: 0,
    coverage: { provider: "v8", include: ["src/**/*.ts"], exclude: ["src/**/*.test.ts"] },
  },
});
