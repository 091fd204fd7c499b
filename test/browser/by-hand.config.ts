import { defineConfig } from "vitest/config";

/** What is run by hand, since it proves nothing: `npm run screenshots` and `npm run bench:dashboard`. */
export default defineConfig({
  test: {
    include: ["test/browser/{screenshots,figures}.ts"],
    environment: "node",
    pool: "forks",
    testTimeout: 180_000,
    hookTimeout: 120_000,
    retry: 0,
    disableConsoleIntercept: true,
  },
});
