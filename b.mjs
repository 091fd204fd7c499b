import { build } from "vite";

const kind = process.argv[2];
const ext =
  kind === "all"
    ? []
    : ["fastify", "pino", "pino-pretty", "prom-client"].concat(
        kind === "nats" ? [] : ["@nats-io/transport-node"],
      );
await build({
  configFile: false,
  root: process.cwd(),
  publicDir: false,
  logLevel: "warn",
  ssr: { noExternal: true, external: ext },
  build: {
    ssr: true,
    outDir: `/work/main/bb-${kind}`,
    emptyOutDir: true,
    target: "node20",
    minify: false,
    rolldownOptions: {
      input: { main: "src/cli/main.ts" },
      output: { entryFileNames: "cli/[name].js", chunkFileNames: "cli/[name]-[hash].js" },
    },
  },
});
