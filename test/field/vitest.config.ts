import { defineConfig } from "vitest/config";
import { COMMON } from "../../vitest.config.ts";

/**
 * Whole episodes of an operator's life with the real programs, each from its trouble to its end: a full store, a lost
 * majority, an older copy of the store, a copied data directory, a rolling restart. Most of their time they wait.
 */
export default defineConfig({
  test: { ...COMMON, include: ["test/field/**/*.test.ts"] },
});
