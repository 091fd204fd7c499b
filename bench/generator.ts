/**
 * The one generator of the benches, a process of its own: frames and claims as fast as the consumer takes them.
 *
 * Told over IPC what to send. After each batch the consumer answers on a subject of its own, at most two batches
 * are under way: NATS would cut a consumer that falls 64 MB behind.
 */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { encodeFrame, subjectsOf, windowIdOf } from "../src/contracts/index.ts";
import { ClaimTemplate } from "./claim-template.ts";

/** First beat of the benches: ten digits, so that the template's length never changes. */
export const FIRST_BEAT = 1_000_000_000;
export const CLUSTER = "bench";
export const SYNC_SUBJECT = "bench.sync";

/** What to send: claims evenly over bars, bars of so many beats, one frame at the start of each beat. */
export interface Load {
  readonly claims: number;
  readonly agents: number;
  readonly bars: number;
  readonly beatsPerBar: number;
  /** Claims per second; undefined = as fast as they are taken. */
  readonly rate?: number;
  /** Who answers after each batch; default {@link SYNC_SUBJECT}. A captured subject: the stream, when it has stored it. */
  readonly sync?: string;
  /** First beat, counted from {@link FIRST_BEAT}; default 0. */
  readonly fromBeat?: number;
  /** Leave the last bar open; default: two more frames close it. */
  readonly leaveOpen?: boolean;
}

/** One for all rounds: no two claims of a stream are equal. */
const template = new ClaimTemplate();
const BATCH_CLAIMS = 8_192;
const BATCHES_UNDER_WAY_MAX = 2;

async function generate(connection: NatsConnection, load: Load): Promise<void> {
  const subjects = subjectsOf(CLUSTER);
  const { fromBeat = 0, sync = SYNC_SUBJECT } = load;
  const beats = load.bars * load.beatsPerBar;
  const underWay: Promise<unknown>[] = [];
  const startedAtMs = performance.now();
  let sent = 0;
  for (let beat = 0; beat < beats; beat += 1) {
    connection.publish(subjects.beat, frameBody(fromBeat + beat, load));
    const until = Math.floor((load.claims * (beat + 1)) / beats);
    while (sent < until) {
      const batchEnd = Math.min(until, sent + batchOf(load));
      for (; sent < batchEnd; sent += 1)
        connection.publish(subjects.status, template.next(sent % load.agents, FIRST_BEAT + fromBeat + beat));
      underWay.push(connection.request(sync, undefined, { timeout: 60_000 }));
      if (underWay.length >= BATCHES_UNDER_WAY_MAX) await underWay.shift();
      if (load.rate !== undefined) await pause(startedAtMs + (sent / load.rate) * 1_000);
    }
  }
  const closing = load.leaveOpen === true ? 0 : 2;
  for (let beat = beats; beat < beats + closing; beat += 1)
    connection.publish(subjects.beat, frameBody(fromBeat + beat, load));
  await Promise.all(underWay);
  await connection.request(sync, undefined, { timeout: 60_000 });
}

/** At a given rate small batches, so that claims come evenly. */
function batchOf(load: Load): number {
  return load.rate === undefined ? BATCH_CLAIMS : Math.max(1, Math.floor(load.rate / 200));
}

function frameBody(beat: number, load: Load): Uint8Array {
  const barFrom = FIRST_BEAT + Math.floor(beat / load.beatsPerBar) * load.beatsPerBar;
  return encodeFrame({
    type: "backbeat.beatframe.v1",
    cluster_id: CLUSTER,
    beat_index: FIRST_BEAT + beat,
    downbeat: FIRST_BEAT + beat === barFrom,
    phase: "plan",
    hlc: "0000:0000:0001",
    deadline_at: new Date(Date.now() + 60_000).toISOString(),
    tempo_bpm: 1,
    window_id: windowIdOf(CLUSTER, barFrom),
    metadata: { bar_from: barFrom, bar_length: load.beatsPerBar },
  });
}

function pause(untilMs: number): Promise<void> | undefined {
  const waitMs = untilMs - performance.now();
  return waitMs <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, waitMs));
}

if (process.send !== undefined && process.argv[2] === "generator") {
  const connection = await connect({ servers: process.argv[3] ?? "" });
  process.on("message", (load: Load) => {
    void generate(connection, load).then(() => process.send?.({ done: true }));
  });
  process.on("disconnect", () => process.exit(0));
  process.send({ ready: true });
}
