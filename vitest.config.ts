import { defineConfig } from "vitest/config";

/**
 * Tests that change what a whole process shares: its signals, its globals, its modules. Each file has a process of its
 * own. All others share a few processes and the modules in them, which saves most of their time; test/suites.test.ts
 * holds them to it.
 */
export const APART = [
  "dashboard/src/page/feed.test.ts",
  "dashboard/src/page/fresh.test.ts",
  "dashboard/src/score/fetcher.test.ts",
  "src/cli/watch/screen/screen.test.ts",
  "src/http/event-client.test.ts",
  "src/http/event-stream.test.ts",
  "src/http/shared-answers.test.ts",
  "src/runtime/lifecycle.test.ts",
  "src/sdk/work.test.ts",
  "test/cli/watch-transcripts.test.ts",
];

/** They need a Chromium, or minutes: `npm run test:browser`, `npm run test:field`. */
const BY_THEMSELVES = ["test/browser/**", "test/field/**", "node_modules/**"];

export const COMMON = {
  environment: "node",
  pool: "forks",
  // More than cores: many tests wait for servers and programs.
  maxWorkers: 4,
  // Deadlines for what will come, also on a busy machine; what passes does not wait for them.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  retry: 0,
  globalSetup: "test/support/compile-sources.ts",
} as const;

export default defineConfig({
  test: {
    coverage: { provider: "v8", include: ["src/**/*.ts"], exclude: ["src/**/*.test.ts"] },
    projects: [
      {
        test: {
          ...COMMON,
          name: "shared",
          include: ["src/**/*.test.ts", "dashboard/**/*.test.ts", "test/**/*.test.ts"],
          exclude: [...BY_THEMSELVES, ...APART],
          isolate: false,
        },
      },
      { test: { ...COMMON, name: "apart", include: APART } },
    ],
  },
});
