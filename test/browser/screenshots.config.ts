import { defineConfig } from "vitest/config";

/** Takes pictures of the dashboard in each of its states: `npm run screenshots`, into build/screenshots/. */
export default defineConfig({
  test: {
    include: ["test/browser/screenshots.ts"],
    environment: "node",
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
