/**
 * The sources as JavaScript, for tests that run parts of the product in a process of its own (to kill it). The library
 * in `dist/` is only what its doors need, and the program a bundle.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** URL of a module below `src/`, compiled, such as `runtime/clock.js`; compile-sources.ts keeps it up to date. */
export function compiledSource(path: string): string {
  return pathToFileURL(join(import.meta.dirname, "../../build/src", path)).href;
}
