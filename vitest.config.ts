import { defineConfig } from "vitest/config";

const TESTS = ["src/**/*.test.ts", "dashboard/**/*.test.ts", "test/**/*.test.ts"];

/** They need a Chromium: `npm run test:browser`. */
const IN_A_BROWSER = ["test/browser/**", "node_modules/**"];

/**
 * Tests that start servers and programs, or change what a whole process shares: its signals, its globals, its modules.
 * Each file has a process of its own. All others share modules, which saves them most of their time; test/suites.test.ts
 * holds them to it.
 */
export const APART = [
  "dashboard/src/page/",
  "dashboard/src/score/",
  "src/cli/watch/screen/screen.test.ts",
  "src/http/event-stream.test.ts",
  "src/http/listen.test.ts",
  "src/runtime/data-lock.test.ts",
  "src/runtime/lifecycle.test.ts",
  "src/sdk/work.test.ts",
  "test/cli/",
  "test/compliance/",
  "test/crash/",
  "test/http/",
  "test/nats/",
  "test/pulse/",
  "test/reverb/",
  "test/sdk/",
];

const APART_FILES = APART.map((place) => (place.endsWith("/") ? `${place}**/*.test.ts` : place));

const COMMON = {
  environment: "node",
  pool: "forks",
  // Deadlines for what will come, also on a busy machine; what passes does not wait for them.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  retry: 0,
} as const;

export default defineConfig({
  test: {
    coverage: { provider: "v8", include: ["src/**/*.ts"], exclude: ["src/**/*.test.ts"] },
    projects: [
      {
        test: {
          ...COMMON,
          name: "shared",
          include: TESTS,
          exclude: [...IN_A_BROWSER, ...APART_FILES],
          isolate: false,
          // They compute: one for each core.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...COMMON,
          name: "apart",
          include: APART_FILES,
          exclude: IN_A_BROWSER,
          globalSetup: "test/support/compile-sources.ts",
          // They mostly wait.
          maxWorkers: 5,
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
