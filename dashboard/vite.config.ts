/** How the dashboard becomes static files: `dist/dashboard/`, the index at `/`, the rest with hashed names in `/assets/`. */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/**
 * What uPlot hangs onto itself for pages that want it, and this one does not: nothing else uses it, but no bundler may
 * drop what is assigned. Five kilobytes of the page's 150.
 */
const UNUSED_OF_UPLOT = [
  "uPlot.join = join;",
  "uPlot.fmtDate = fmtDate;",
  "uPlot.tzDate  = tzDate;",
  "(paths.stepped = stepped);",
  "(paths.spline  = monotoneCubic);",
];

function leanUPlot(): Plugin {
  return {
    name: "lean-uplot",
    transform(code, id) {
      if (!id.includes("/uplot/dist/")) return null;
      for (const statement of UNUSED_OF_UPLOT)
        if (!code.includes(statement)) throw new Error(`uPlot has changed: expected "${statement}" in ${id}`);
      return {
        code: UNUSED_OF_UPLOT.reduce((left, statement) => left.replace(statement, ""), code),
        map: null,
      };
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL("../dist/dashboard", import.meta.url)),
    emptyOutDir: true,
    // Reverb serves it with `default-src 'self'`, which refuses what is inlined.
    assetsInlineLimit: 0,
    modulePreload: false,
    // Two evergreen years; above all `light-dark()` stays as it is written.
    target: ["chrome123", "firefox121", "safari17.5"],
    reportCompressedSize: false,
  },
  plugins: [leanUPlot()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // `npx vite dashboard` while drawing: the page from its sources, the facts from a reverb that runs.
  server: { proxy: { "/api": process.env.BACKBEAT_REVERB ?? "http://127.0.0.1:8080" } },
  logLevel: "warn",
});
