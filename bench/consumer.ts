/**
 * The two things that the ingest bench compares, in one program, a process each:
 * A = the bare ceiling (nats.js callback + JSON.parse + one Map.set), B = reverb's whole claim path.
 */
import { connect } from "@nats-io/transport-node";
import { subjectsOf } from "../src/contracts/index.ts";
import { parseServers } from "../src/nats/address.ts";
import { NatsBus } from "../src/nats/bus.ts";
import type { Distribution, Log } from "../src/ports.ts";
import { runReverb } from "../src/reverb/reverb.ts";
import { SystemClock } from "../src/runtime/clock.ts";
import { CLUSTER, SYNC_SUBJECT } from "./generator.ts";

/** Figures of one round of a consumer. */
export interface RoundFigures {
  readonly claims: number;
  readonly cpuMicros: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  readonly reports: number;
  /** Slowest close: closing entry → report handed to the connection, seconds. */
  readonly closeSecondsMax: number;
}

interface Round {
  begin(): Promise<void>;
  end(): Promise<Pick<RoundFigures, "claims" | "reports" | "closeSecondsMax">>;
}

const subjects = subjectsOf(CLUSTER);

/** A: what no consumer in this process could beat. */
async function bareCeiling(server: string): Promise<Round> {
  const connection = await connect({ servers: server });
  let claims = 0;
  let stop = () => {};
  return {
    async begin() {
      const latest = new Map<string, unknown>();
      claims = 0;
      const status = connection.subscribe(subjects.status, {
        callback: (_error, message) => {
          const claim = JSON.parse(message.string());
          latest.set(claim.agent_id, claim);
          claims += 1;
        },
      });
      const sync = connection.subscribe(SYNC_SUBJECT, {
        callback: (_error, message) => void message.respond(),
      });
      stop = () => {
        status.unsubscribe();
        sync.unsubscribe();
      };
      await connection.flush();
    },
    async end() {
      stop();
      await connection.flush();
      return { claims, reports: 0, closeSecondsMax: 0 };
    },
  };
}

/** B: reverb as it is run, but for the HTTP server. */
function wholeReverb(server: string, agentsMax: number): Promise<Round> {
  const parsed = parseServers(server);
  if ("faults" in parsed) throw new Error(parsed.faults.join("; "));
  const bus = new NatsBus({ servers: parsed.servers, name: "bench-reverb" }, silent);
  const clock = new SystemClock();
  let closeSecondsMax = 0;
  let reverb: ReturnType<typeof runReverb> | undefined;
  let sync = { unsubscribe() {} };
  const round: Round = {
    async begin() {
      closeSecondsMax = 0;
      const metrics = {
        observe(metric: Distribution, value: number) {
          if (metric === "close_seconds") closeSecondsMax = Math.max(closeSecondsMax, value);
        },
      };
      sync = bus.subscribe(SYNC_SUBJECT, (message) => void message.respond(new Uint8Array(0)));
      reverb = runReverb(
        {
          clusterId: CLUSTER,
          nodeId: "bench",
          version: "bench",
          subjects,
          barLength: 8,
          graceMs: 0,
          limits: { agentsPerWindow: agentsMax },
        },
        { bus, clock, log: silent, metrics },
      );
      await bus.flush();
    },
    async end() {
      const totals = reverb?.view.status().totals;
      sync.unsubscribe();
      await reverb?.stop();
      return { claims: totals?.claims.counted ?? 0, reports: totals?.reportsPublished ?? 0, closeSecondsMax };
    },
  };
  return new Promise((resolve) => {
    bus.onLink((link) => link === "restored" && resolve(round));
  });
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

const [, , role, server = "", agentsMax = "100000"] = process.argv;
const round = role === "A" ? await bareCeiling(server) : await wholeReverb(server, Number(agentsMax));
let cpu = process.cpuUsage();
let startedAtMs = performance.now();
process.on("message", async (command: "begin" | "end") => {
  if (command === "begin") {
    await round.begin();
    cpu = process.cpuUsage();
    startedAtMs = performance.now();
    process.send?.({ begun: true });
    return;
  }
  const used = process.cpuUsage(cpu);
  const wallMs = performance.now() - startedAtMs;
  const rssBytes = process.memoryUsage.rss();
  process.send?.({ cpuMicros: used.user + used.system, wallMs, rssBytes, ...(await round.end()) });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
