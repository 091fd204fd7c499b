/**
 * Reverb under siege: 500 streams that nobody reads or that never begin, slow readers, and 100 requests a second on
 * lists, while 20,000 claims a second come. Compared with the same load in peace.
 *
 *   npm run bench:siege            two minutes of each
 *   npm run bench:siege -- --quick fifteen seconds of each
 *   npm run bench:siege -- --parts also the streams alone, the lists alone, and as many answers of a bare node:http
 *                                  server in the same process, which no service of ours could go below
 *
 * Every claim must be counted, no list answered with 5xx or not at all; ends with 1 where that is not so.
 */
import { startTestServer } from "../test/support/nats-server.ts";
import type { Siege, SiegeFigures } from "./besieger.ts";
import { ask, start } from "./children.ts";
import { mb } from "./figures.ts";
import type { Load } from "./generator.ts";
import type { ShownFigures } from "./shown-reverb.ts";

type SiegeParts = Omit<Siege, "url"> & { readonly isBare?: boolean };

const SECONDS = process.argv.includes("--quick") ? 16 : 120;
const LOAD: Load = {
  claims: 20_000 * SECONDS,
  agents: 1_000,
  bars: SECONDS / 8,
  beatsPerBar: 8,
  rate: 20_000,
};
const WARM_UP: Load = { ...LOAD, claims: 20_000 * 4, bars: 1, beatsPerBar: 4 };
const SIEGE: SiegeParts = { unread: 400, halfOpen: 100, slow: 20, requestsPerSecond: 100 };
const NOBODY: SiegeParts = { unread: 0, halfOpen: 0, slow: 0, requestsPerSecond: 0 };
const PARTS: readonly (readonly [string, SiegeParts])[] = [
  ["streams alone", { ...SIEGE, requestsPerSecond: 0 }],
  ["lists alone", { ...NOBODY, requestsPerSecond: SIEGE.requestsPerSecond }],
  ["bare answers", { ...NOBODY, requestsPerSecond: SIEGE.requestsPerSecond, isBare: true }],
];
const TITLE_COLUMNS = 14;

const server = await startTestServer();
const [generator, reverb, besieger] = await Promise.all([
  start("generator.js", ["generator", server.url]),
  start("shown-reverb.js", [server.url]),
  start("besieger.js", []),
]);
try {
  process.stdout.write(`nats-server ${server.version}, node ${process.version}, ${SECONDS} s of each\n\n`);
  await peace(WARM_UP);
  const quiet = await peace(LOAD);
  tell("in peace", quiet);
  const { besieged, siege } = await besiege(SIEGE);
  tell("under siege", besieged);
  tellSiege(siege, besieged);
  tellRatio("besieged", besieged, quiet);
  if (process.argv.includes("--parts"))
    for (const [title, part] of PARTS) tellRatio(title, (await besiege(part)).besieged, quiet);
  const faults = Object.entries(siege.answers).filter(([word]) => word === "failed" || word.startsWith("5"));
  const isLost = [quiet, besieged].some(({ claims }) => claims !== LOAD.claims);
  if (isLost || faults.length > 0) {
    process.stdout.write(`FAILED: ${isLost ? "claims were lost " : ""}${JSON.stringify(faults)}\n`);
    process.exitCode = 1;
  }
} finally {
  for (const child of [generator, reverb, besieger]) child.kill();
  await server.stop();
}

async function peace(load: Load): Promise<ShownFigures> {
  await ask(reverb, "begin");
  await ask(generator, load);
  return await ask<ShownFigures>(reverb, "end");
}

async function besiege({ isBare = false, ...parts }: SiegeParts) {
  const { bareUrl, url } = await ask<{ url: string; bareUrl: string }>(reverb, "begin");
  await ask(besieger, { url: isBare ? bareUrl : url, ...parts });
  await ask(generator, LOAD);
  const siege = await ask<SiegeFigures>(besieger, "lift");
  return { siege, besieged: await ask<ShownFigures>(reverb, "end") };
}

function tellRatio(title: string, besieged: ShownFigures, quiet: ShownFigures): void {
  const ratio = besieged.cpuMicros / besieged.claims / (quiet.cpuMicros / quiet.claims);
  process.stdout.write(
    `CPU per claim, ${`${title} to peace`.padEnd(TITLE_COLUMNS + 9)} ${ratio.toFixed(2)}\n`,
  );
}

function tell(title: string, figures: ShownFigures): void {
  const { claims, cpuMicros, rssBytes, rssBytesMax, wallMs } = figures;
  process.stdout.write(
    `${title.padEnd(TITLE_COLUMNS)} ${claims.toLocaleString("en")} of ${LOAD.claims.toLocaleString("en")} claims counted in ${(wallMs / 1_000).toFixed(1)} s, ` +
      `${(cpuMicros / claims).toFixed(2)} µs CPU per claim, RSS at most ${mb(rssBytesMax)}, at the end ${mb(rssBytes)}\n`,
  );
}

function tellSiege(
  { answers, connections, latencyMs, requests }: SiegeFigures,
  { clientsMax, dropped, refused }: ShownFigures,
): void {
  process.stdout.write(
    [
      `lists: ${requests} answers ${JSON.stringify(answers)}, p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms, slowest ${latencyMs.max.toFixed(1)} ms`,
      `streams: ${connections} connections were made, at most ${clientsMax} served at once, ${refused} refused, ${dropped.stuck} cut as stuck, ${dropped.unread} as unread`,
      "",
    ].join("\n"),
  );
}
