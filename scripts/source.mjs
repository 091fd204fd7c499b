/** Sources of the project, for scripts: Node 20 cannot read TypeScript by itself. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

/** What a module below `src/` exports. */
export async function importSource(path) {
  const file = fileURLToPath(new URL(`../src/${path}`, import.meta.url));
  const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
  return module;
}
