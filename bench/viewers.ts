/**
 * What it costs reverb to be watched: A = its HTTP API without viewers, B = with viewers of /api/v1/events, in one
 * program, A B A B …
 *
 *   npm run bench:viewers            20 viewers at saturation and at 50 k claims/s; 200 viewers' share of a core
 *   npm run bench:viewers -- --quick a smaller run of the same
 *
 * Prints medians, the ratio B/A, and how much A differs from itself: a ratio within that spread says nothing. Viewers
 * are a process of their own: what they cost is not reverb's.
 */
import { startTestServer } from "../test/support/nats-server.ts";
import { ask, start } from "./children.ts";
import { median, row, spread } from "./figures.ts";
import type { Load } from "./generator.ts";
import type { ShownFigures } from "./shown-reverb.ts";
import { measureLatency } from "./viewer-latency.ts";
import type { Seen } from "./viewers-crowd.ts";

const quick = process.argv.includes("--quick");
const PAIRS = quick ? 3 : 7;
const SATURATION: Load = { claims: quick ? 100_000 : 400_000, agents: 1_000, bars: 4, beatsPerBar: 8 };
const PACED: Load = {
  claims: quick ? 50_000 : 200_000,
  agents: 1_000,
  bars: 4,
  beatsPerBar: 8,
  rate: 50_000,
};
/** A beat a second, every agent claims twice in each. */
const LARGE_SECONDS = quick ? 4 : 8;
const LARGE: Load = {
  claims: 20_000 * LARGE_SECONDS,
  agents: 10_000,
  bars: LARGE_SECONDS / 4,
  beatsPerBar: 4,
  rate: 20_000,
};
/** The same beats with one agent that claims ten times a second: what viewers cost where little happens. */
const QUIET: Load = { ...LARGE, claims: 10 * LARGE_SECONDS, agents: 1, rate: 10 };

const server = await startTestServer();
const [generator, reverb, crowd] = await Promise.all([
  start("generator.js", ["generator", server.url]),
  start("shown-reverb.js", [server.url]),
  start("viewers-crowd.js", []),
]);
try {
  process.stdout.write(`nats-server ${server.version}, node ${process.version}, ${PAIRS} pairs A B\n\n`);
  await compare("at saturation", SATURATION, 20);
  await compare("at 50,000 claims/s", PACED, 20);
  await compare("at 20,000 claims/s", LARGE, 200);
  await compare("where little happens", QUIET, 200);
  for (const spreadMs of [100, 900]) await latency(spreadMs);
} finally {
  for (const child of [generator, reverb, crowd]) child.kill();
  await server.stop();
}

async function compare(title: string, load: Load, viewers: number): Promise<void> {
  const figures = { A: [] as ShownFigures[], B: [] as ShownFigures[] };
  let seen: Seen = { bytes: 0, events: 0 };
  for (let pair = -1; pair < PAIRS; pair += 1) {
    for (const name of ["A", "B"] as const) {
      const one = await round(load, name === "A" ? 0 : viewers);
      if (pair < 0) continue; // the first pair warms up
      figures[name].push(one.figures);
      if (name === "B") seen = one.seen;
    }
  }
  const micros = (name: "A" | "B") => figures[name].map(({ claims, cpuMicros }) => cpuMicros / claims);
  const shares = (name: "A" | "B") => figures[name].map(({ cpuMicros, wallMs }) => cpuMicros / wallMs / 10);
  const added = shares("B").map((share, pair) => share - (shares("A")[pair] as number));
  const ratios = micros("B").map((one, pair) => one / (micros("A")[pair] as number));
  const lastMs = figures.B.at(-1)?.wallMs ?? 1;
  process.stdout.write(
    [
      `${title}: ${load.claims.toLocaleString("en")} claims of ${load.agents.toLocaleString("en")} agents a round, ${viewers} viewers`,
      `  A  nobody watches     ${row(micros("A"))} µs CPU per claim   ${median(shares("A")).toFixed(1)} % of a core`,
      `  B  ${String(viewers).padEnd(3)} viewers        ${row(micros("B"))} µs CPU per claim   ${median(shares("B")).toFixed(1)} % of a core`,
      `  B/A pair by pair      ${row(ratios)}`,
      `  A/A one after another ${row(spread(micros("A")))}`,
      `  B − A, % of a core    ${row(added)}`,
      `  each viewer: ${(seen.events / viewers / (lastMs / 1_000)).toFixed(1)} events/s, ${(seen.bytes / viewers / lastMs).toFixed(1)} kB/s`,
      "",
      "",
    ].join("\n"),
  );
}

async function latency(spreadMs: number): Promise<void> {
  const { url } = await ask<{ url: string }>(reverb, "begin");
  const plan = { server: server.url, url, agents: 10_000, beats: quick ? 5 : 20, spreadMs };
  const { cells, maxMs, p50Ms, p99Ms } = await measureLatency(plan);
  await ask(reverb, "end");
  process.stdout.write(
    `claim → its cell at a viewer, 10,000 agents claiming within ${spreadMs} ms of each beat of a second: ${cells.toLocaleString("en")} cells, p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, slowest ${maxMs.toFixed(0)} ms\n`,
  );
}

async function round(load: Load, viewers: number): Promise<{ figures: ShownFigures; seen: Seen }> {
  const { url } = await ask<{ url: string }>(reverb, "begin");
  if (viewers > 0) await ask(crowd, { url, viewers });
  await ask(generator, load);
  const figures = await ask<ShownFigures>(reverb, "end");
  const seen = await ask<Seen>(crowd, { url, viewers: 0 });
  if (figures.claims !== load.claims)
    throw new Error(`${load.claims} claims were sent, ${figures.claims} were counted`);
  if (viewers > 0 && figures.clientsMax !== viewers && figures.wallMs > 1_000)
    throw new Error(`${viewers} viewers were to watch, ${figures.clientsMax} did`);
  return { figures, seen };
}
