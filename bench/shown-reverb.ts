/** Reverb with its HTTP API, as it is run, in a process of its own: told when a round begins and ends. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { subjectsOf } from "../src/contracts/index.ts";
import { listen } from "../src/http/listen.ts";
import { createReverbApi } from "../src/http/reverb-api.ts";
import { parseServers } from "../src/nats/address.ts";
import { NatsBus } from "../src/nats/bus.ts";
import type { Log } from "../src/ports.ts";
import { runReverb } from "../src/reverb/reverb.ts";
import { SystemClock } from "../src/runtime/clock.ts";
import { reverbMetrics, watchProcess } from "../src/runtime/metrics.ts";
import { CLUSTER, SYNC_SUBJECT } from "./generator.ts";

/** What one round cost, and what was done in it. */
export interface ShownFigures {
  readonly claims: number;
  readonly cpuMicros: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  /** Highest that was seen, looking each half second. */
  readonly rssBytesMax: number;
  readonly clientsMax: number;
  readonly dropped: { readonly unread: number; readonly stuck: number };
  readonly refused: number;
  readonly sent: number;
}

const LOOK_EVERY_MS = 500;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const subjects = subjectsOf(CLUSTER);
const [, , server = "", agentsMax = "100000"] = process.argv;
const parsed = parseServers(server);
if ("faults" in parsed) throw new Error(parsed.faults.join("; "));

const bus = new NatsBus({ servers: parsed.servers, name: "bench-reverb" }, silent);
await new Promise<void>((resolve) => {
  bus.onLink((link) => link === "restored" && resolve());
});
const clock = new SystemClock();

async function begin() {
  const sync = bus.subscribe(SYNC_SUBJECT, (message) => void message.respond(new Uint8Array(0)));
  const settings = {
    clusterId: CLUSTER,
    nodeId: "bench",
    version: "bench",
    subjects,
    barLength: 8,
    graceMs: 0,
    limits: { agentsPerWindow: Number(agentsMax) },
  };
  const watch = watchProcess(clock);
  const metrics = reverbMetrics(() => reverb.view, watch);
  const reverb = runReverb(settings, { bus, clock, log: silent, metrics });
  const api = createReverbApi(reverb.view, { log: silent, metricsText: () => metrics.text() });
  const { url } = await listen(api, { port: 0, setting: "--http", log: silent });
  const bare = createServer((_request, response) => response.end("{}"));
  bare.listen(0, "127.0.0.1");
  await once(bare, "listening");
  const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`;
  await bus.flush();
  let rssBytesMax = 0;
  let clientsMax = 0;
  const looking = setInterval(() => {
    rssBytesMax = Math.max(rssBytesMax, process.memoryUsage.rss());
    clientsMax = Math.max(clientsMax, reverb.view.live.audience?.clients ?? 0);
  }, LOOK_EVERY_MS);
  const startedAtMs = performance.now();
  const cpu = process.cpuUsage();
  const end = async (): Promise<ShownFigures> => {
    const used = process.cpuUsage(cpu);
    const wallMs = performance.now() - startedAtMs;
    clearInterval(looking);
    const { audience } = reverb.view.live;
    const figures: ShownFigures = {
      claims: reverb.view.status().totals.claims.counted,
      cpuMicros: used.user + used.system,
      wallMs,
      rssBytes: process.memoryUsage.rss(),
      rssBytesMax,
      clientsMax,
      dropped: audience?.dropped ?? { unread: 0, stuck: 0 },
      refused: audience?.refused ?? 0,
      sent: audience?.sent ?? 0,
    };
    await api.close();
    bare.close();
    watch.stop();
    sync.unsubscribe();
    await reverb.stop();
    return figures;
  };
  return { url, bareUrl, end };
}

let round: Awaited<ReturnType<typeof begin>> | undefined;
process.on("message", async (command: "begin" | "end") => {
  if (command === "end") {
    process.send?.(await round?.end());
    return;
  }
  round = await begin();
  process.send?.({ url: round.url, bareUrl: round.bareUrl });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
