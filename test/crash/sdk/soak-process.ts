/**
 * Agents of the SDK for minutes on end, a process of its own: callbacks that throw, reject or never return now and then,
 * budgets that run out one after the other, and one agent whose pulse goes away.
 */
import { type Agent, connectAgent } from "../../../src/sdk/index.ts";
import { SeededRandom } from "../../../src/sim/random.ts";
import type { SoakAccount, SoakOrder, SoakProgress, SoakWord } from "./soak-words.ts";

const PROGRESS_EVERY_MS = 500;

const order = JSON.parse(process.argv[2] ?? "") as SoakOrder;
const random = new SeededRandom(1, 1);
const say = (word: SoakWord) => process.send?.(word);
let unhandled = 0;
let back = 0;
let isRunning = true;
process.on("unhandledRejection", () => {
  unhandled += 1;
});
// Whoever asked for it is gone.
process.on("disconnect", () => process.exit());

const log = { debug() {}, info() {}, warn() {}, error() {} };
const agents = Array.from({ length: order.agents }, (_, at) =>
  connectAgent(order.server, { clusterId: order.steady, agentId: `soak:${at}`, log }),
);
const alone = connectAgent(order.server, { clusterId: order.silent, agentId: "alone:1", log });
await Promise.all([...agents, alone].map((agent) => agent.firstBeat(60_000)));

const told = agents.map(() => ({ beats: 0, missed: 0, downbeats: 0, first: 0, newest: 0 }));
const reports = agents.map(() => 0);
const overrunMs: number[] = [];
for (const [at, agent] of agents.entries()) listen(agent, at);
const aloneSeen = listenAlone();
const telling = setInterval(() => say({ kind: "progress", progress: progress() }), PROGRESS_EVERY_MS);
say({ kind: "ready" });

process.on("message", (word: SoakWord) => {
  if (word.kind === "stop") void end();
});

function listen(agent: Agent, at: number): void {
  // Failing ones before and after those that count.
  agent.onBeat(trouble);
  agent.onDownbeat(trouble);
  agent.onReport(trouble);
  agent.onBeat(({ index, missed }) => {
    const own = told[at];
    if (own === undefined) return;
    if (index <= own.newest) back += 1;
    if (own.first === 0) own.first = index;
    own.newest = index;
    own.beats += 1;
    own.missed += missed;
  });
  agent.onDownbeat(() => {
    const own = told[at];
    if (own !== undefined) own.downbeats += 1;
  });
  agent.onReport(() => {
    reports[at] = (reports[at] ?? 0) + 1;
  });
  agent.onBeat(trouble);
  void spend(agent);
}

function trouble(): unknown {
  const chance = random.fraction();
  if (chance >= order.failRate) return undefined;
  if (chance < order.failRate / 3) throw new Error("on purpose");
  if (chance < (2 * order.failRate) / 3) return Promise.reject(new Error("on purpose, later"));
  return new Promise(() => undefined);
}

/** Budgets of one to three beats, one after the other, of work that heeds nothing. */
async function spend(agent: Agent): Promise<void> {
  while (isRunning) {
    const beats = random.integer(1, 3);
    const beatMs = 60_000 / (agent.currentTempo() ?? 60);
    const startMs = performance.now();
    await agent.withBeatBudget(beats, () => new Promise(() => undefined)).catch(() => undefined);
    if (isRunning) overrunMs.push(performance.now() - startMs - beats * beatMs);
  }
}

function listenAlone() {
  const seen = { beats: 0, degraded: 0, back: 0, claims: 0, rejoinOffMs: undefined as number | undefined };
  let newest = 0;
  let wasDegraded = false;
  alone.onBeat(({ degraded, heard, index }) => {
    if (index <= newest) seen.back += 1;
    newest = index;
    seen.beats += 1;
    if (degraded) seen.degraded += 1;
    if (wasDegraded && heard) seen.rejoinOffMs ??= alone.tempoDriftMs();
    wasDegraded ||= degraded;
    alone.claim("executing").then(
      () => {
        seen.claims += 1;
      },
      () => undefined,
    );
  });
  return seen;
}

function failedCalls(): number {
  return agents.reduce((sum, agent) => sum + agent.health.callbacks.failed, 0);
}

function progress(): SoakProgress {
  return {
    beats: Math.min(...told.map(({ beats }) => beats)),
    reports: Math.min(...reports),
    budgets: overrunMs.length,
    callsFailed: failedCalls(),
    degraded: aloneSeen.degraded,
    hasRejoined: aloneSeen.rejoinOffMs !== undefined,
  };
}

async function end(): Promise<void> {
  isRunning = false;
  clearInterval(telling);
  const callsFailed = failedCalls();
  await Promise.all([...agents, alone].map((agent) => agent.stop()));
  const account: SoakAccount = {
    told,
    reports,
    back,
    callsFailed,
    unhandled,
    overrunMs: overrunMs.sort((a, b) => a - b),
    alone: aloneSeen,
  };
  say({ kind: "account", account });
  process.disconnect();
}
