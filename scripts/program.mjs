/**
 * Bundles the program `backbeat` into `dist/cli/`: a chunk for each command, so that one opens a few files instead of
 * hundreds. The doors of the library stay files. Part of `npm run build`, and so of `npm start` and `npm test`.
 *
 * Bundled is what each start would load otherwise, the NATS client and typebox; the licences of what is bundled stand
 * beside it. Services load their other packages as they are installed. Nothing is minified: a stack trace names
 * functions.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtOnce, filesIn, root } from "./built-once.mjs";

const NOT_BUNDLED = ["fastify", "pino", "pino-pretty", "prom-client"];

await builtOnce({
  name: "cli",
  sources: [
    ...filesIn(join(root, "src")).filter((file) => !file.endsWith(".test.ts")),
    fileURLToPath(import.meta.url),
  ],
  bytesMax: 1_700_000,
  async build(output) {
    const { build } = await import("vite");
    const bundled = await build({
      configFile: false,
      root,
      logLevel: "warn",
      publicDir: false,
      ssr: { noExternal: true, external: NOT_BUNDLED },
      build: {
        ssr: true,
        outDir: output,
        emptyOutDir: true,
        target: "node20",
        minify: false,
        rolldownOptions: {
          input: {
            main: join(root, "src/cli/main.ts"),
            // Runs in a thread of its own, and is named by its file.
            "watchdog-worker": join(root, "src/runtime/watchdog-worker.ts"),
          },
          output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
        },
      },
    });
    writeFileSync(join(output, "LICENSES.txt"), licencesOf(bundled.output));
  },
});

/** The licence of each package that is in the chunks, in full. */
function licencesOf(chunks) {
  const names = chunks.flatMap(({ moduleIds = [] }) =>
    moduleIds.map((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]),
  );
  return [...new Set(names)]
    .filter((name) => name !== undefined)
    .sort()
    .map((name) => {
      const folder = join(root, "node_modules", name);
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${name} is bundled, and has no file of its licence`);
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
    })
    .join(`\n${"=".repeat(80)}\n\n`);
}
