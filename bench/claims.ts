/**
 * How many acknowledged claims a second one client can send: the SDK against what nats.js has for it, A B C A B C …
 *
 *   npm run bench:claims             each way at its best, seven rounds
 *   npm run bench:claims -- --quick  a smaller run of the same
 *
 * A = `js.publish` of 256 callers, each awaiting one after the other; B = of one caller; C = `agent.claim` of 256 callers
 * of one agent, D = of eight agents on one connection. All of them are stored by the same stream of one nats-server beside.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { subjectsOf } from "../src/contracts/index.ts";
import { createAgent } from "../src/sdk/index.ts";
import { startTestServer } from "../test/support/nats-server.ts";
import { median, row, spread } from "./figures.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = 7;
const CLAIMS = quick ? 10_000 : 50_000;
/** One at a time is slow: it needs fewer to be told from the rest. */
const CLAIMS_ONE_BY_ONE = CLAIMS / 10;
/** Callers that await one after the other, in every way but one by one: the same for all, so that none keeps more waiting. */
const CALLERS = 256;
const AGENTS = 8;
const CLUSTER = "bench";
const subjects = subjectsOf(CLUSTER);

await using server = await startTestServer({ jetstream: true });
const connection = await connect({ servers: server.url });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: "BENCH", subjects: [subjects.status], max_bytes: 200_000_000 });
const js = jetstream(connection);
const limits = { claimsMax: CLAIMS + 1, bytesMax: 512 * CLAIMS };
const agents = Array.from({ length: AGENTS }, (_, at) =>
  createAgent(connection, { clusterId: CLUSTER, agentId: `bench:${at}`, limits }),
);

const WAYS = {
  A: { name: `js.publish, ${CALLERS} callers`, claims: CLAIMS, run: () => concurrently(publish) },
  B: {
    name: "js.publish, one by one",
    claims: CLAIMS_ONE_BY_ONE,
    run: async () => {
      for (let n = 0; n < CLAIMS_ONE_BY_ONE; n += 1) await publish(n);
    },
  },
  C: {
    name: `agent.claim, ${CALLERS} callers`,
    claims: CLAIMS,
    run: () => concurrently((n) => claim(0, n)),
  },
  D: {
    name: `the same, ${AGENTS} agents`,
    claims: CLAIMS,
    run: () => concurrently((n) => claim(n % AGENTS, n)),
  },
} as const;
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];
const perSecond: Record<Way, number[]> = { A: [], B: [], C: [], D: [] };
const micros: Record<Way, number[]> = { A: [], B: [], C: [], D: [] };

// The first round warms all of them up.
for (let round = -1; round < ROUNDS; round += 1) {
  for (const way of ways) {
    const { claims, run } = WAYS[way];
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    await run();
    const seconds = (performance.now() - startMs) / 1_000;
    const { system, user } = process.cpuUsage(cpu);
    if (round < 0) continue;
    perSecond[way].push(claims / seconds);
    micros[way].push((user + system) / claims);
  }
}

const thousands = (values: readonly number[]) => row(values.map((value) => value / 1_000));
process.stdout.write(`nats-server ${server.version}, node ${process.version}, ${ROUNDS} rounds\n`);
for (const way of ways)
  process.stdout.write(
    `  ${way}  ${WAYS[way].name.padEnd(28)} ${thousands(perSecond[way])} k acknowledged claims/s   ${median(micros[way]).toFixed(1).padStart(5)} µs CPU each\n`,
  );
for (const [way, other] of [
  ["C", "A"],
  ["C", "B"],
  ["D", "A"],
] as const)
  process.stdout.write(`  ${way}/${other} round by round ${row(ratios(perSecond[way], perSecond[other]))}\n`);
process.stdout.write(`  A/A one after another ${row(spread(perSecond.A))}\n`);
await Promise.all(agents.map((agent) => agent.stop()));
await connection.close();

function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, at) => value / (others[at] as number));
}

function bodyOf(n: number): string {
  return JSON.stringify({
    type: "backbeat.statusclaim.v1",
    agent_id: "bench:0",
    task_id: "task",
    beat_index: 1,
    state: "executing",
    progress: 0.5,
    hlc: "0000:0000:0000",
    metadata: { n },
  });
}

async function publish(n: number): Promise<void> {
  await js.publish(subjects.status, bodyOf(n));
}

async function claim(agent: number, n: number): Promise<void> {
  await agents[agent]?.claim("executing", {
    beat_index: 1,
    task_id: "task",
    progress: 0.5,
    metadata: { n },
  });
}

async function concurrently(send: (n: number) => Promise<void>): Promise<void> {
  let n = 0;
  const caller = async (): Promise<void> => {
    while (n < CLAIMS) {
      n += 1;
      await send(n);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}
