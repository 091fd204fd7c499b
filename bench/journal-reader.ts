/**
 * The two things that the journal bench compares, in one program, a process each:
 * A = the bare ceiling (a pull consumer of nats.js without acknowledgements + JSON.parse),
 * B = reverb with journal, report stream and checkpoints, all but its HTTP server.
 */
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { subjectsOf } from "../src/contracts/index.ts";
import { parseServers } from "../src/nats/address.ts";
import { NatsBus } from "../src/nats/bus.ts";
import { openStreams } from "../src/nats/streams.ts";
import type { Log } from "../src/ports.ts";
import { runReverb } from "../src/reverb/reverb.ts";
import { CheckpointFile } from "../src/runtime/checkpoint-file.ts";
import { SystemClock } from "../src/runtime/clock.ts";
import { CLUSTER } from "./generator.ts";

/** Names of the streams, as reverb makes them. */
export const JOURNAL = `BACKBEAT_JOURNAL_${CLUSTER}`;
export const REPORTS = `BACKBEAT_REPORTS_${CLUSTER}`;

/** Room for the largest load of the bench. */
const JOURNAL_BYTES_MAX = 8 * 1024 ** 3;

/** A reader of the whole journal: where it is, and whether it is ready for business. */
export interface ReaderFigures {
  readonly readSeq: number;
  readonly ready: boolean;
  readonly cpuMicros: number;
  readonly rssBytes: number;
  readonly claims: number;
}

interface Reader {
  look(): Omit<ReaderFigures, "cpuMicros" | "rssBytes">;
}

const subjects = subjectsOf(CLUSTER);
const silent: Log = { debug() {}, info() {}, warn: told, error: told };

function told(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A: what nats.js gives, parsed. */
async function bareConsumer(server: string): Promise<Reader> {
  const connection = await connect({ servers: server });
  const manager = await jetstreamManager(connection);
  const { name } = await manager.consumers.add(JOURNAL, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    mem_storage: true,
    inactive_threshold: 60e9,
  });
  const consumer = await jetstream(connection).consumers.get(JOURNAL, name);
  let readSeq = 0;
  let claims = 0;
  await consumer.consume({
    max_messages: 2_000,
    callback: (message) => {
      readSeq = message.seq;
      if (message.subject === subjects.tick) return;
      const parsed = JSON.parse(message.string());
      if (parsed.agent_id !== undefined) claims += 1;
    },
  });
  return { look: () => ({ readSeq, ready: true, claims }) };
}

/** B: reverb as it is run. */
function wholeReverb(server: string, dataDir: string): Reader {
  const parsed = parseServers(server);
  if ("faults" in parsed) throw new Error(parsed.faults.join("; "));
  const bus = new NatsBus({ servers: parsed.servers, name: "bench-reverb" }, silent);
  const streams = openStreams(
    bus,
    { clusterId: CLUSTER, subjects, retention: { bytesMax: JOURNAL_BYTES_MAX } },
    silent,
  );
  const reverb = runReverb(
    {
      clusterId: CLUSTER,
      nodeId: "bench",
      version: "bench",
      subjects,
      barLength: 8,
      graceMs: 0,
      journalMode: "on",
    },
    {
      bus,
      streams,
      clock: new SystemClock(),
      log: silent,
      metrics: { observe() {} },
      checkpoints: new CheckpointFile(dataDir),
    },
  );
  return {
    look() {
      const { journal, totals } = reverb.view.status();
      return {
        readSeq: journal?.readSeq ?? 0,
        ready: reverb.view.ready().ready,
        claims: totals.claims.counted + totals.claims.duplicate + totals.claims.late,
      };
    },
  };
}

const [, , role, server = "", dataDir = ""] = process.argv;
if (role === "A" || role === "B") {
  const reader = role === "A" ? await bareConsumer(server) : wholeReverb(server, dataDir);
  process.on("message", () => {
    const used = process.cpuUsage();
    process.send?.({
      ...reader.look(),
      cpuMicros: used.user + used.system,
      rssBytes: process.memoryUsage.rss(),
    });
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ ready: true });
}
