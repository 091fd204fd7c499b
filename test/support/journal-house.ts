/** Replicas of reverb on one journal, on a real nats-server, in the test's own process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BarReport } from "../../src/contracts/index.ts";
import type { JetStreamPlace } from "../../src/nats/api-prefix.ts";
import type { NatsBus } from "../../src/nats/bus.ts";
import type { StreamPlans } from "../../src/nats/stream-plans.ts";
import { openStreams } from "../../src/nats/streams.ts";
import type { BusMessage, Streams } from "../../src/ports.ts";
import { type Reverb, runReverb } from "../../src/reverb/reverb.ts";
import type { ReverbSettings } from "../../src/reverb/settings.ts";
import { logAlarms } from "../../src/runtime/alarm-log.ts";
import { ChainHeadFile } from "../../src/runtime/chain-head-file.ts";
import { CheckpointFile } from "../../src/runtime/checkpoint-file.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { CLUSTER, claimBody, type FrameWish, frameBody } from "./messages.ts";
import { connectBus, subjects } from "./real-reverb.ts";
import { type RecordingLog, recordingLog, silentLog } from "./recording-log.ts";
import { waitFor } from "./wait-for.ts";

/** A minute: beats come when the test publishes them, and no pulse is missed however long it takes. */
const BEAT_MS = 60_000;

export interface Replica {
  readonly reverb: Reverb;
  readonly bus: NatsBus;
  readonly log: RecordingLog;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it as a crash would: nothing is delivered, nothing saved. */
  crash(): Promise<void>;
}

export interface ReplicaOptions {
  readonly settings?: Partial<ReverbSettings>;
  readonly plans?: Partial<StreamPlans>;
  /** Default: none, so without checkpoints. */
  readonly dataDir?: string;
  readonly nodeId?: string;
  /** Another way to the server than that of the house. */
  readonly url?: string;
  /** Another JetStream than that of the server. */
  readonly place?: JetStreamPlace;
}

export interface JournalHouse extends AsyncDisposable {
  /** What peers hear, on a connection of their own. */
  readonly wire: readonly { readonly report: BarReport; readonly message: BusMessage }[];
  readonly peer: NatsBus;
  start(options?: ReplicaOptions): Promise<Replica>;
  /** Frames `from … to`, published one after the other. */
  beats(from: number, to: number, wish?: FrameWish): Promise<void>;
  claim(agentId: string, beat: number): void;
  streams(plans?: Partial<StreamPlans>): Promise<Streams>;
  dataDir(): string;
}

const settingsOf = (changes: Partial<ReverbSettings> = {}): ReverbSettings => ({
  clusterId: CLUSTER,
  nodeId: "node-1",
  version: "0.0.0",
  subjects,
  barLength: 4,
  graceMs: 0,
  journalMode: "on",
  ...changes,
});

const kept = (dataDir: string) => ({
  checkpoints: new CheckpointFile(dataDir),
  chainHead: new ChainHeadFile(dataDir, CLUSTER),
});

export async function journalHouse(url: string): Promise<JournalHouse> {
  const peer = await connectBus(url, "peer");
  const wire: { report: BarReport; message: BusMessage }[] = [];
  const running = new Set<Replica>();
  const dirs: string[] = [];
  peer.subscribe(subjects.reverb, (message) =>
    wire.push({ report: JSON.parse(new TextDecoder().decode(message.data)), message }),
  );
  await peer.flush();
  return {
    wire,
    peer,
    async start({ dataDir, nodeId = "node-1", place, plans, settings, url: itsUrl = url } = {}) {
      const bus = await connectBus(itsUrl, nodeId, place);
      const log = recordingLog();
      const reverb = runReverb(settingsOf({ nodeId, ...settings }), {
        bus,
        clock: new SystemClock(),
        log,
        metrics: { observe() {} },
        streams: openStreams(bus, { clusterId: CLUSTER, subjects, ...plans }, silentLog),
        ...(dataDir === undefined ? {} : kept(dataDir)),
      });
      const alarmLog = logAlarms(() => reverb.view.alarms(), { clock: new SystemClock(), log });
      const replica: Replica = {
        reverb,
        bus,
        log,
        async stop() {
          running.delete(replica);
          alarmLog.stop();
          await reverb.stop();
          await bus.close();
        },
        async crash() {
          running.delete(replica);
          alarmLog.stop();
          await bus.close();
          await reverb.stop();
        },
      };
      running.add(replica);
      return replica;
    },
    async beats(from, to, wish) {
      for (let beat = from; beat <= to; beat += 1)
        peer.publish(subjects.beat, frameBody(beat, { barLength: 4, beatDurationMs: BEAT_MS, ...wish }));
      await peer.flush();
    },
    claim(agentId, beat) {
      peer.publish(subjects.status, claimBody(agentId, beat));
    },
    async streams(plans) {
      const opener = openStreams(peer, { clusterId: CLUSTER, subjects, ...plans }, silentLog);
      const streams = await opener.open(new AbortController().signal);
      if (streams === "none") throw new Error("no JetStream");
      return streams;
    },
    dataDir() {
      const dir = mkdtempSync(join(tmpdir(), "backbeat-test-"));
      dirs.push(dir);
      return dir;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((replica) => replica.stop()));
      await peer.close();
      for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves when a replica reads the journal at its end and may commit. */
export function untilCommitting({ reverb }: Replica): Promise<unknown> {
  return waitFor("a replica that commits", () => reverb.view.status().journal?.role === "committing");
}

/** Resolves when a replica runs in core mode and the server has its subscriptions: what is published now, it hears. */
export async function untilCoreMode({ bus, reverb }: Replica): Promise<void> {
  await waitFor("core mode", () => reverb.view.status().mode === "core");
  await bus.flush();
}
