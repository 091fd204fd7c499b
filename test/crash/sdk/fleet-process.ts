/**
 * A thousand agents of the SDK on one connection, a process of its own: each claims once a second, whatever the server
 * does, and keeps account of what became of each claim.
 */
import { writeFileSync } from "node:fs";
import { connect } from "@nats-io/transport-node";
import { type Agent, BackbeatError, createAgent, type StatusClaim } from "../../../src/sdk/index.ts";
import type { FleetAccount, FleetOrder, FleetWord } from "./fleet-words.ts";

const MS_PER_SECOND = 1_000;

const order = JSON.parse(process.argv[2] ?? "") as FleetOrder;
const say = (word: FleetWord) => process.send?.(word);
const nowMs = () => performance.timeOrigin + performance.now();

const connection = await connect({
  servers: order.server,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  reconnectJitter: 50,
  pingInterval: 5_000,
});
const heapBefore = heapBytes();
const agents: Agent[] = [];
for (let at = 0; at < order.agents; at += 1)
  agents.push(
    createAgent(connection, {
      clusterId: order.clusterId,
      agentId: `${order.prefix}:${at}`,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      ...(order.claimsMax === undefined ? {} : { limits: { claimsMax: order.claimsMax } }),
    }),
  );
await Promise.all(agents.map((agent) => agent.firstBeat(60_000)));

const account: FleetAccount = {
  made: 0,
  resolved: 0,
  rejected: {},
  lastOfOldAtMs: 0,
  heapMaxBytes: 0,
  rssMaxBytes: 0,
  unhandled: 0,
};
let pending = 0;
/** `agent n` of every claim whose promise resolved. */
const resolved: string[] = [];
let backAtMs = Number.POSITIVE_INFINITY;
let isClaiming = true;
process.on("unhandledRejection", () => {
  account.unhandled += 1;
});
// Whoever asked for it is gone.
process.on("disconnect", () => process.exit());
process.on("message", (word: FleetWord) => {
  if (word.kind === "back") backAtMs = word.atMs;
  else if (word.kind === "stop") isClaiming = false;
});

const measure = setInterval(() => {
  account.heapMaxBytes = Math.max(account.heapMaxBytes, heapBytes() - heapBefore);
  account.rssMaxBytes = Math.max(account.rssMaxBytes, process.memoryUsage.rss());
}, 5_000);

say({ kind: "ready" });
const startMs = nowMs();
const numbers = new Array<number>(order.agents).fill(0);
while (isClaiming) {
  const due = Math.floor(((nowMs() - startMs) * order.agents) / MS_PER_SECOND);
  for (; account.made < due; account.made += 1) claim(account.made % order.agents);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
say({ kind: "stopped" });
while (pending > 0) await new Promise((resolve) => setTimeout(resolve, 20));
clearInterval(measure);
await Promise.all(agents.map((agent) => agent.stop()));
await connection.close();
writeFileSync(order.logPath, resolved.join("\n"));
say({ kind: "account", account });
process.disconnect();

function claim(at: number): void {
  pending += 1;
  numbers[at] = (numbers[at] ?? 0) + 1;
  const n = numbers[at];
  agents[at]?.claim("executing", { task_id: "work", metadata: { n, at: nowMs() } }).then(arrived, refused);
}

function arrived({ agent_id, metadata }: StatusClaim): void {
  pending -= 1;
  account.resolved += 1;
  resolved.push(`${agent_id} ${metadata?.n}`);
  if (Number(metadata?.at) < backAtMs) account.lastOfOldAtMs = nowMs();
}

function refused(error: unknown): void {
  pending -= 1;
  const code = error instanceof BackbeatError ? error.code : String(error);
  account.rejected[code] = (account.rejected[code] ?? 0) + 1;
}

/** What is really held: garbage is collected first, where the process was started so that it can be. */
function heapBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { external, heapUsed } = process.memoryUsage();
  return heapUsed + external;
}
