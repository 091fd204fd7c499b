/**
 * What the journal costs: A = a bare pull consumer + JSON.parse, B = reverb with journal and checkpoint, A B A B …
 *
 *   npm run bench:journal            claims per core-second, end to end, latency of reports, restart
 *   npm run bench:journal -- --quick a smaller run of the same
 *   npm run bench:journal -- live    one part: backlog, live, latency or restart
 *
 * Prints medians, ratios, and how much A differs from itself: a ratio within that spread says nothing.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { subjectsOf } from "../src/contracts/index.ts";
import { startTestServer } from "../test/support/nats-server.ts";
import { ask, start } from "./children.ts";
import { median, percentile, row, spread } from "./figures.ts";
import { CLUSTER, type Load } from "./generator.ts";
import { JOURNAL, REPORTS, type ReaderFigures } from "./journal-reader.ts";

const quick = process.argv.includes("--quick");
const parts = process.argv.slice(2).filter((argument) => argument !== "--quick");
const PAIRS = quick ? 3 : 7;
/** Runs of what is measured by the clock on the wall. */
const LIVE_RUNS = quick ? 1 : 5;
const subjects = subjectsOf(CLUSTER);
const sync = subjects.tick;
const BACKLOG: Load = { claims: quick ? 200_000 : 1_000_000, agents: 1_000, bars: 8, beatsPerBar: 8, sync };
const LIVE: Load = { ...BACKLOG, claims: quick ? 300_000 : 1_500_000 };
const LATENCY: Load = {
  claims: quick ? 200_000 : 800_000,
  agents: 10_000,
  bars: 20,
  beatsPerBar: 8,
  rate: 20_000,
  sync,
};
const OPEN_BAR: Load = { claims: quick ? 200_000 : 1_000_000, agents: 10_000, bars: 1, beatsPerBar: 8, sync };
const LOOK_MS = 5;

const dirs: string[] = [];
const server = await startTestServer({ jetstream: true });
const connection = await connect({ servers: server.url });
const manager = await jetstreamManager(connection);
const generator = await start("generator.js", ["generator", server.url]);
let nextBeat = 0;
try {
  process.stdout.write(`nats-server ${server.version}, node ${process.version}, ${PAIRS} pairs A B\n\n`);
  for (const part of [backlog, live, latency, restart])
    if (parts.length === 0 || parts.includes(part.name)) await part();
} finally {
  generator.kill();
  await connection.close();
  await server.stop();
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
}

/** The same journal read from its begin by both, one after the other. */
async function backlog(): Promise<void> {
  const makeStreams = await start("journal-reader.js", ["B", server.url, dataDir()]);
  await until(makeStreams, (figures) => figures.readSeq === 0, REPORTS);
  await end(makeStreams);
  await generate(BACKLOG);
  const lastSeq = await lastSeqOf(manager, JOURNAL);
  const micros = { A: [] as number[], B: [] as number[] };
  for (let pair = -1; pair < PAIRS; pair += 1)
    for (const role of ["A", "B"] as const) {
      // B computes and commits every report anew.
      if (role === "B") await manager.streams.delete(REPORTS);
      const reader = await start("journal-reader.js", [role, server.url, dataDir()]);
      const figures = await until(reader, ({ readSeq }) => readSeq >= lastSeq);
      await end(reader);
      if (figures.claims !== BACKLOG.claims) throw new Error(`${role} read ${figures.claims} claims`);
      if (pair >= 0) micros[role].push(figures.cpuMicros / figures.claims);
    }
  const perCore = { A: micros.A.map((a) => 1_000 / a), B: micros.B.map((b) => 1_000 / b) };
  const ratios = perCore.A.map((a, pair) => (perCore.B[pair] as number) / a);
  say(
    `backlog of ${BACKLOG.claims.toLocaleString("en")} claims, whole processes from their start`,
    `  A  pull consumer + JSON.parse  ${row(perCore.A)} k claims per core-second`,
    `  B  reverb with its journal     ${row(perCore.B)} k claims per core-second`,
    `  B/A pair by pair               ${row(ratios)}`,
    `  A/A one after another          ${row(spread(micros.A))}`,
  );
}

/** Publisher, server and reverb side by side. */
async function live(): Promise<void> {
  const reverb = await start("journal-reader.js", ["B", server.url, dataDir()]);
  await until(reverb, () => true, REPORTS);
  const startSeq = await lastSeqOf(manager, JOURNAL);
  await until(reverb, ({ readSeq }) => readSeq >= startSeq);
  const rates: number[] = [];
  let folded = 0;
  for (let run = 0; run < LIVE_RUNS; run += 1) {
    const before = (await look(reverb)).claims;
    const startedAtMs = performance.now();
    await generate(LIVE);
    const lastSeq = await lastSeqOf(manager, JOURNAL);
    const figures = await until(reverb, ({ readSeq }) => readSeq >= lastSeq);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    folded += figures.claims - before;
    rates.push((figures.claims - before) / seconds / 1_000);
  }
  await end(reverb);
  say(
    "end to end: publisher, nats-server and reverb on this machine",
    `  ${folded.toLocaleString("en")} of ${(LIVE_RUNS * LIVE.claims).toLocaleString("en")} claims stored and folded`,
    `  ${row(rates)} k claims/s`,
  );
}

/** From the entry that closed a bar to its report on the wire. */
async function latency(): Promise<void> {
  const reverb = await start("journal-reader.js", ["B", server.url, dataDir()]);
  await until(reverb, ({ ready }) => ready);
  const heard: { readonly lastSeq: number; readonly atMs: number }[] = [];
  connection.subscribe(subjects.reverb, {
    callback: (_error, message) =>
      void heard.push({
        lastSeq: Number(message.headers?.get("Backbeat-Last-Sequence")),
        atMs: performance.timeOrigin + performance.now(),
      }),
  });
  await connection.flush();
  await generate(LATENCY);
  const lastSeq = await lastSeqOf(manager, JOURNAL);
  await until(reverb, ({ readSeq }) => readSeq >= lastSeq);
  await end(reverb);
  const latenciesMs: number[] = [];
  for (const { atMs, lastSeq: seq } of heard) {
    const closing = await manager.streams.getMessage(JOURNAL, { seq });
    if (closing !== null) latenciesMs.push(atMs - Date.parse(closing.timestamp));
  }
  say(
    `closing entry → report on the wire, ${LATENCY.agents.toLocaleString("en")} agents, ${LATENCY.rate?.toLocaleString("en")} claims/s`,
    `  ${latenciesMs.length} reports: p50 ${median(latenciesMs).toFixed(1)} ms, p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms`,
  );
}

/** SIGKILL with a full bar open, and the time until it is ready again. */
async function restart(): Promise<void> {
  const dir = dataDir();
  const reverb = await start("journal-reader.js", ["B", server.url, dir]);
  await until(reverb, ({ ready }) => ready);
  await generate(OPEN_BAR, { leaveOpen: true });
  const lastSeq = await lastSeqOf(manager, JOURNAL);
  await until(reverb, ({ readSeq }) => readSeq >= lastSeq);
  reverb.kill("SIGKILL");
  await once(reverb, "exit");
  const startedAtMs = performance.now();
  const again = await start("journal-reader.js", ["B", server.url, dir]);
  const { rssBytes } = await until(again, ({ ready, readSeq }) => ready && readSeq >= lastSeq);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  await end(again);
  say(
    `restart after SIGKILL, ${OPEN_BAR.claims.toLocaleString("en")} claims of ${OPEN_BAR.agents.toLocaleString("en")} agents in the open bar`,
    `  ready after ${seconds.toFixed(2)} s, process start included; RSS ${(rssBytes / 1e6).toFixed(0)} MB`,
  );
}

/** Frames and claims of a load, each later than those before. */
async function generate(load: Load, { leaveOpen = false } = {}): Promise<void> {
  const done = once(generator, "message");
  generator.send({ ...load, fromBeat: nextBeat, leaveOpen });
  await done;
  // Two frames close the last bar; the next load begins a bar.
  nextBeat += (load.bars + 1) * load.beatsPerBar;
}

async function until(
  reader: ChildProcess,
  isSo: (figures: ReaderFigures) => boolean,
  stream?: string,
): Promise<ReaderFigures> {
  for (;;) {
    const figures = await look(reader);
    const exists = stream === undefined || (await manager.streams.info(stream).catch(() => undefined));
    if (exists && isSo(figures)) return figures;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function look(reader: ChildProcess): Promise<ReaderFigures> {
  return ask(reader, "look");
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.disconnect();
  await exit;
}

async function lastSeqOf(from: JetStreamManager, stream: string): Promise<number> {
  return (await from.streams.info(stream)).state.last_seq;
}

function dataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "backbeat-bench-"));
  dirs.push(dir);
  return dir;
}

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n\n`);
}
