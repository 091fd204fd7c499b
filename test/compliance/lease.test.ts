import { describe, expect, it } from "vitest";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { StreamLease } from "../../src/nats/lease.ts";
import { journalName, leaseName } from "../../src/nats/stream-names.ts";
import { journalPlan } from "../../src/nats/stream-plans.ts";
import { MemoryLeaseStore } from "../support/memory-lease.ts";
import { CLUSTER, frameBody } from "../support/messages.ts";
import { startTestCluster, startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { recordingLog, silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { answered, type LeaseWorld, leaseCompliance, race, recordOf } from "./lease.ts";

leaseCompliance("memory", async () => {
  const store = new MemoryLeaseStore();
  return { connect: async () => store.connect(), [Symbol.asyncDispose]: async () => undefined };
});
leaseCompliance("JetStream", natsWorld);

async function natsWorld(): Promise<LeaseWorld> {
  const server = await startTestServer({ jetstream: true });
  const buses: Awaited<ReturnType<typeof connectBus>>[] = [];
  return {
    connect: async () => {
      const bus = await connectBus(server.url);
      buses.push(bus);
      return new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await server.stop();
    },
  };
}

describe("BACKBEAT-REQ-001 StreamLease", () => {
  it("says that there is none where the server has no JetStream", async () => {
    await using server = await startTestServer();
    const bus = await connectBus(server.url);
    const lease = new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects });
    expect(await lease.read()).toEqual({ kind: "none" });
    await bus.close();
  });

  it("does not know while the server is away, and finds the record again", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const lease = new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects });
    await answered(lease);
    await lease.write(recordOf(lease, 1), 0);
    await server.kill("SIGKILL");
    await waitFor("the loss", () => !bus.connected);
    expect(await lease.read()).toMatchObject({ kind: "unknown" });
    expect(await lease.write(recordOf(lease, 2), 1)).toMatchObject({ kind: "unknown" });
    await server.restart();
    expect(await answered(lease)).toMatchObject({ kind: "held", seq: 1, record: { timeline: { epoch: 1 } } });
    await bus.close();
  });

  it("is free again when its stream was removed, and leaves one alone that cannot serve, saying so once", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const log = recordingLog();
    const api = new JetStreamApi(bus);
    const lease = new StreamLease({ bus, log, clusterId: CLUSTER, subjects });
    await answered(lease);
    await lease.write(recordOf(lease, 1), 0);
    await api.ask(`STREAM.DELETE.${leaseName(CLUSTER)}`);
    expect(await answered(lease)).toEqual({ kind: "free", seq: 0 });
    await api.ask(`STREAM.DELETE.${leaseName(CLUSTER)}`);
    await api.ask(`STREAM.CREATE.${leaseName(CLUSTER)}`, { name: leaseName(CLUSTER), subjects: ["other"] });
    expect(await lease.read()).toMatchObject({ kind: "unknown" });
    expect(await lease.read()).toMatchObject({ kind: "unknown", why: expect.stringContaining("expected") });
    await lease.read();
    expect(log.texts("error")).toEqual([expect.stringContaining("no pulse can lead")]);
    await bus.close();
  });

  it("does not take what it cannot read for a record", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const lease = new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects });
    await answered(lease);
    const bodies = [
      "",
      "{",
      "null",
      '{"format":2}',
      JSON.stringify({ format: 1, ...recordOf(lease, 1), timeline: {} }),
    ];
    for (const body of bodies) {
      bus.publish(subjects.lease, new TextEncoder().encode(body));
      await bus.flush();
      expect(await lease.read(), body).toMatchObject({
        kind: "unknown",
        why: expect.stringContaining("no lease"),
      });
    }
    await bus.close();
  });

  it("finds the newest frame of the journal", async () => {
    await using server = await startTestServer({ jetstream: true });
    const bus = await connectBus(server.url);
    const api = new JetStreamApi(bus);
    await api.ask(`STREAM.CREATE.${journalName(CLUSTER)}`, journalPlan({ clusterId: CLUSTER, subjects }));
    const lease = new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects });
    for (const beat of [7, 8]) await api.request(subjects.beat, frameBody(beat));
    expect(Buffer.from((await lease.newestFrame()) ?? "").toString()).toBe(
      Buffer.from(frameBody(8)).toString(),
    );
    await bus.close();
  });

  it("invariant P2: on three servers, too, exactly one of three wins each term", async () => {
    const servers = await startTestCluster();
    const buses = await Promise.all(servers.map(({ url }) => connectBus(url)));
    try {
      const leases = buses.map(
        (bus) => new StreamLease({ bus, log: silentLog, clusterId: CLUSTER, subjects, replicas: 3 }),
      );
      for (const lease of leases)
        await waitFor("JetStream", async () => (await lease.read()).kind === "free");
      expect(leases.map(({ durationMs }) => durationMs)).toEqual([12_000, 12_000, 12_000]);
      await race(leases, 100);
    } finally {
      await Promise.all(buses.map((bus) => bus.close()));
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
});
