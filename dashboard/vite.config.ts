/** How the dashboard becomes static files: `dist/dashboard/`, the index at `/`, the rest with hashed names in `/assets/`. */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/**
 * What of uPlot this page does not use and no bundler may drop by itself: what it hangs onto itself for others, and its
 * axes of time (these are bars). Ten of the page's 150 kB. Another version of uPlot must have the same statements.
 */
const UNUSED_OF_UPLOT = {
  "uPlot.join = join;": "",
  "uPlot.fmtDate = fmtDate;": "",
  "uPlot.tzDate  = tzDate;": "",
  "(paths.stepped = stepped);": "",
  "(paths.spline  = monotoneCubic);": "",
  "= genTimeStuffs(1);": "= [[], [], () => () => []];",
  "= genTimeStuffs(1e-3);": "= [[], [], () => () => []];",
  "(opts.fmtDate || fmtDate);": '() => () => "";',
} as const;

function leanUPlot(): Plugin {
  return {
    name: "lean-uplot",
    transform(code, id) {
      if (!id.includes("/uplot/dist/")) return null;
      let lean = code;
      for (const [statement, instead] of Object.entries(UNUSED_OF_UPLOT)) {
        if (!lean.includes(statement)) throw new Error(`uPlot has changed: expected "${statement}" in ${id}`);
        lean = lean.replace(statement, instead);
      }
      return { code: lean, map: null };
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
  // `h(…)` with its children as arguments: three kilobytes shorter than the automatic runtime's calls.
  oxc: {
    jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" },
    jsxInject: 'import { h, Fragment } from "preact";',
  },
  // `npx vite dashboard` while drawing: the page from its sources, the facts from a reverb that runs.
  server: { proxy: { "/api": process.env.BACKBEAT_REVERB ?? "http://127.0.0.1:8080" } },
  logLevel: "warn",
});
