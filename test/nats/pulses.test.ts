/** Three pulses in one process on a real nats-server, with real clocks and disks. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BeatFrame, createDecoder, Refusal } from "../../src/contracts/index.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { StreamLease } from "../../src/nats/lease.ts";
import { journalName } from "../../src/nats/stream-names.ts";
import { journalPlan } from "../../src/nats/stream-plans.ts";
import { type Pulse, type PulseSettings, runPulse } from "../../src/pulse/pulse.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { TimelineFile } from "../../src/runtime/timeline-file.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

type NatsBus = Awaited<ReturnType<typeof connectBus>>;

interface Running {
  readonly node: string;
  readonly pulse: Pulse;
  readonly bus: NatsBus;
}

describe("BACKBEAT-REQ-001 three pulses on a real server", () => {
  let server: TestServer;
  let ear: NatsBus;
  let directory: string;
  let running: Running[];
  const heard: { readonly frame: BeatFrame; readonly node: string }[] = [];

  const start = async (node: string, settings: Partial<PulseSettings> = {}): Promise<Running> => {
    const bus = await connectBus(server.url, node);
    const pulse = runPulse(
      {
        clusterId: CLUSTER,
        nodeId: node,
        version: "0.0.0",
        tempoBpm: 240,
        barLength: 4,
        subjects,
        ...settings,
      },
      {
        bus,
        clock: new SystemClock(),
        log: silentLog,
        metrics: { observe: () => undefined },
        timelineStore: new TimelineFile(mkdtempSync(join(directory, `${node}-`)), CLUSTER),
        lease: new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects }),
      },
    );
    const one = { node, pulse, bus };
    running.push(one);
    return one;
  };
  const hearMore = (frames: number) => {
    const wanted = heard.length + frames;
    return waitFor(`${frames} more beats`, () => heard.length >= wanted);
  };
  const leader = () => running.find(({ pulse }) => pulse.view.company()?.authority === "lease");
  const newest = () => heard.at(-1)?.frame.beat_index ?? 0;
  /** Beats up to the newest that were not heard, from one on. */
  const missingFrom = (first: number): number => {
    const indexes = new Set(heard.map(({ frame }) => frame.beat_index).filter((index) => index >= first));
    return newest() + 1 - first - indexes.size;
  };
  /** How many beats came due that a pulse could not publish, as it says itself: because the machine stood still. */
  const lostBy = ({ pulse }: Running): number => {
    const { skipped, unsent, unstored } = pulse.view.status().totals;
    return skipped + unsent + unstored;
  };
  /**
   * From now on no beat is missing but those that every one of these pulses was too late for. That none is on a
   * machine that does not stand still, and how soon one follows another, is tried in virtual time.
   */
  const countMissing = (pulses: readonly Running[]) => {
    const [first, before] = [newest() + 1, pulses.map(lostBy)];
    return () => {
      const excused = Math.min(...pulses.map((one, at) => lostBy(one) - (before[at] ?? 0)));
      return Math.max(0, missingFrom(first) - excused);
    };
  };
  const stop = async ({ bus, pulse }: Running) => {
    await pulse.stop();
    await bus.close();
  };

  beforeEach(async () => {
    heard.length = 0;
    running = [];
    server = await startTestServer({ jetstream: true });
    directory = mkdtempSync(join(tmpdir(), "backbeat-pulses-"));
    ear = await connectBus(server.url, "ear");
    const decoder = createDecoder({ mode: "strict" });
    ear.subscribe(subjects.beat, ({ data }) => {
      const frame = decoder.frame(data);
      if (frame instanceof Refusal) throw new Error(frame.text);
      heard.push({ frame, node: String(frame.metadata?.node) });
    });
    await ear.flush();
  });

  afterEach(async () => {
    await Promise.all(running.map(stop));
    await ear.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("one leads and one publishes; the next goes on without a missing beat when it ends", async () => {
    const api = new JetStreamApi(ear);
    await api.ask(`STREAM.CREATE.${journalName(CLUSTER)}`, journalPlan({ clusterId: CLUSTER, subjects }));
    await Promise.all(["a", "b", "c"].map((node) => start(node)));
    await hearMore(6);
    expect(heard[0]?.frame.beat_index).toBeLessThanOrEqual(1 + Math.max(...running.map(lostBy)));
    await waitFor("a leader", leader);
    const acting = running.find(({ node }) => node === heard.at(-1)?.node);
    if (acting === undefined) throw new Error("nobody publishes");
    const missing = countMissing(running.filter((one) => one !== acting));
    await stop(acting);
    running = running.filter((one) => one !== acting);
    await hearMore(4);
    await waitFor("another leader", leader);
    expect(heard.at(-1)?.node).not.toBe(acting.node);
    expect(missing()).toBe(0);
    const before = newest();
    const answer = await ear.request(subjects.now, new Uint8Array(0), DEADLINE_MS);
    const answered = createDecoder({ mode: "strict" }).frame(answer?.data ?? new Uint8Array(0)) as BeatFrame;
    expect(answered.beat_index).toBeGreaterThanOrEqual(before);
  });

  it("a tempo that is changed at the leader is taken up by all at a downbeat", async () => {
    await Promise.all(["a", "b"].map((node) => start(node)));
    const leading = await waitFor("a leader", leader);
    await hearMore(2);
    const missing = countMissing(running);
    const other = running.find((one) => one !== leading);
    expect(await other?.pulse.control?.changeTempo(230, { override: false })).toMatchObject({
      kind: "not-leader",
      leader: leading.node,
    });
    const answer = await leading.pulse.control?.changeTempo(230, { override: false });
    expect(answer).toMatchObject({ kind: "accepted", fromBeat: expect.any(Number) });
    const { fromBeat = 0 } = answer as { readonly fromBeat?: number };
    expect(fromBeat % 4).toBe(1);
    await waitFor("the other tempo", () => heard.some(({ frame }) => frame.tempo_bpm === 230));
    for (const { frame } of heard)
      expect([frame.beat_index, frame.tempo_bpm]).toEqual([
        frame.beat_index,
        frame.beat_index >= fromBeat ? 230 : 240,
      ]);
    await waitFor("both", () => running.every(({ pulse }) => pulse.view.status().tempoBpm === 230));
    expect(missing()).toBe(0);
  });

  it("the beat goes on over a restart of the server, and a lost data directory is recovered from the lease", async () => {
    await Promise.all(["a", "b"].map((node) => start(node)));
    await waitFor("a leader", leader);
    await hearMore(3);
    await server.kill("SIGKILL");
    await waitFor("the loss", () => running.every(({ bus }) => !bus.connected));
    const lostAt = heard.at(-1)?.frame.beat_index ?? 0;
    await server.restart();
    await hearMore(3);
    expect(heard.at(-1)?.frame.beat_index).toBeGreaterThan(lostAt);
    await Promise.all(running.map(stop));
    running = [];
    rmSync(directory, { recursive: true, force: true });
    directory = mkdtempSync(join(tmpdir(), "backbeat-pulses-"));
    const before = heard.at(-1)?.frame;
    await start("d", { tempoBpm: 60 });
    await hearMore(2);
    const after = heard.at(-1)?.frame;
    expect(after?.beat_index).toBeGreaterThan(before?.beat_index ?? 0);
    expect(after?.tempo_bpm).toBe(240);
    expect(Number(after?.metadata?.epoch)).toBeGreaterThanOrEqual(Number(before?.metadata?.epoch));
  });

  it("BACKBEAT-REQ-003 without JetStream a pulse leads by itself, or the one that was named", async () => {
    await server.stop();
    server = await startTestServer({ port: server.port });
    const named = await start("a", { namedLeader: "a" });
    const other = await start("b", { namedLeader: "a" });
    await hearMore(3);
    await waitFor("the leader", () => named.pulse.view.company()?.authority === "alone");
    await waitFor("the other", () => other.pulse.view.company()?.authority === "others");
    expect(await other.pulse.control?.changeTempo(230, { override: false })).toMatchObject({
      kind: "not-leader",
      leader: "a",
    });
    expect(await named.pulse.control?.changeTempo(230, { override: false })).toMatchObject({
      kind: "accepted",
    });
  });
});
