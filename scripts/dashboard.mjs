/** Builds the dashboard into `dist/dashboard/`. Part of `npm run build`, and so of `npm start` and `npm test`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtOnce, filesIn, root } from "./built-once.mjs";

const sources = join(root, "dashboard");

await builtOnce({
  name: "dashboard",
  sources: [...filesIn(sources), fileURLToPath(import.meta.url)],
  // As it is on disk; a third of it travels, compressed: a third of a second at 1.2 Mbit/s.
  bytesMax: 150_000,
  async build() {
    // Loaded only when there is something to build.
    const { build } = await import("vite");
    await build({ configFile: join(sources, "vite.config.ts") });
  },
});
