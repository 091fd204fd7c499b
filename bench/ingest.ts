/**
 * What a claim costs: A = the bare ceiling, B = reverb's whole claim path, one generator, A B A B …
 *
 *   npm run bench:ingest            CPU per claim at saturation and at 50 k claims/s, memory, a million agents
 *   npm run bench:ingest -- --quick a smaller run of the same
 *
 * Prints medians, the ratio B/A, and how much A differs from itself: a ratio within that spread says nothing.
 */
import type { ChildProcess } from "node:child_process";
import { startTestServer } from "../test/support/nats-server.ts";
import { ask, start } from "./children.ts";
import type { RoundFigures } from "./consumer.ts";
import { mb, median, row, spread } from "./figures.ts";
import type { Load } from "./generator.ts";

const quick = process.argv.includes("--quick");
const PAIRS = quick ? 3 : 9;
const SATURATION: Load = { claims: quick ? 100_000 : 400_000, agents: 1_000, bars: 4, beatsPerBar: 8 };
const PACED: Load = {
  claims: quick ? 50_000 : 100_000,
  agents: 1_000,
  bars: 4,
  beatsPerBar: 8,
  rate: 50_000,
};
const MEMORY_SMALL: Load = { claims: 100_000, agents: 1_000, bars: 4, beatsPerBar: 8 };
const MEMORY_LARGE: Load = { claims: quick ? 500_000 : 5_000_000, agents: 1_000, bars: 4, beatsPerBar: 8 };
const CROWD_AGENTS = quick ? 100_000 : 1_000_000;
const CROWD: Load = { claims: 4 * CROWD_AGENTS, agents: CROWD_AGENTS, bars: 4, beatsPerBar: 8 };

const server = await startTestServer();
const generator = await start("generator.js", ["generator", server.url]);
try {
  const bare = await start("consumer.js", ["A", server.url]);
  const reverb = await start("consumer.js", ["B", server.url]);
  process.stdout.write(`nats-server ${server.version}, node ${process.version}, ${PAIRS} pairs A B\n\n`);
  await compare("at saturation", SATURATION, { bare, reverb });
  await compare("at 50,000 claims/s", PACED, { bare, reverb });
  bare.kill();
  reverb.kill();
  await memory();
  await crowd();
} finally {
  generator.kill();
  await server.stop();
}

async function compare(title: string, load: Load, consumers: { bare: ChildProcess; reverb: ChildProcess }) {
  const micros = { A: [] as number[], B: [] as number[] };
  const rates = { A: [] as number[], B: [] as number[] };
  for (let pair = -1; pair < PAIRS; pair += 1) {
    for (const [name, consumer] of [
      ["A", consumers.bare],
      ["B", consumers.reverb],
    ] as const) {
      const figures = await round(consumer, load);
      if (pair < 0) continue; // the first pair warms both up
      micros[name].push(figures.cpuMicros / figures.claims);
      rates[name].push(figures.claims / figures.wallMs);
    }
  }
  const ratios = micros.A.map((a, pair) => (micros.B[pair] as number) / a);
  process.stdout.write(
    [
      `${title}: ${load.claims.toLocaleString("en")} claims of ${load.agents.toLocaleString("en")} agents a round`,
      `  A  bare ceiling       ${row(micros.A)} µs CPU per claim   ${median(rates.A).toFixed(0)} k claims/s`,
      `  B  reverb             ${row(micros.B)} µs CPU per claim   ${median(rates.B).toFixed(0)} k claims/s`,
      `  B/A pair by pair      ${row(ratios)}`,
      `  A/A one after another ${row(spread(micros.A))}`,
      "",
      "",
    ].join("\n"),
  );
}

/** How much memory grows with the number of claims, agents being the same. */
async function memory() {
  const reverb = await start("consumer.js", ["B", server.url]);
  const small = await round(reverb, MEMORY_SMALL);
  const large = await round(reverb, MEMORY_LARGE);
  reverb.kill();
  const grownMb = (large.rssBytes - small.rssBytes) / 1e6;
  process.stdout.write(
    `memory: RSS ${mb(small.rssBytes)} after ${small.claims.toLocaleString("en")} claims, ${mb(large.rssBytes)} after ${large.claims.toLocaleString("en")} more: ${grownMb.toFixed(1)} MB\n`,
  );
}

/** A bar of a great many agents, one claim each. */
async function crowd() {
  const reverb = await start("consumer.js", ["B", server.url, String(CROWD_AGENTS)]);
  const figures = await round(reverb, CROWD);
  reverb.kill();
  process.stdout.write(
    `crowd: ${CROWD_AGENTS.toLocaleString("en")} agents × 1 claim a bar, ${figures.reports} reports: RSS ${mb(figures.rssBytes)}, slowest close ${(figures.closeSecondsMax * 1_000).toFixed(0)} ms\n`,
  );
}

async function round(consumer: ChildProcess, load: Load): Promise<RoundFigures> {
  await ask(consumer, "begin");
  await ask(generator, load);
  const figures = await ask<RoundFigures>(consumer, "end");
  if (figures.claims !== load.claims)
    throw new Error(`${load.claims} claims were sent, ${figures.claims} were counted`);
  return figures;
}
