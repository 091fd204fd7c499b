/** Pulses at a hub and at its leafnodes: one lease, wherever it is kept. Real nats-servers, real clocks. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JetStreamPlace } from "../../src/nats/api-prefix.ts";
import { StreamLease } from "../../src/nats/lease.ts";
import { openStreams } from "../../src/nats/streams.ts";
import { runPulse } from "../../src/pulse/pulse.ts";
import { SystemClock } from "../../src/runtime/clock.ts";
import { TimelineFile } from "../../src/runtime/timeline-file.ts";
import { type LeafHouse, startLeafHouse } from "../support/leafnode.ts";
import { CLUSTER } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { connectBus, subjects } from "../support/real-reverb.ts";
import { recordingLog, silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

async function startPulse(url: string, node: string, place: JetStreamPlace = {}) {
  const bus = await connectBus(url, node, place);
  const log = recordingLog();
  const directory = mkdtempSync(join(tmpdir(), "backbeat-leaf-pulse-"));
  const pulse = runPulse(
    { clusterId: CLUSTER, nodeId: node, version: "0.0.0", tempoBpm: 240, barLength: 4, subjects },
    {
      bus,
      clock: new SystemClock(),
      log,
      metrics: { observe: () => undefined },
      timelineStore: new TimelineFile(directory, CLUSTER),
      lease: new StreamLease({ bus, log, clusterId: CLUSTER, subjects }),
    },
  );
  return {
    pulse,
    log,
    authority: () => pulse.view.company()?.authority,
    async [Symbol.asyncDispose]() {
      await pulse.stop();
      await bus.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The journal of a reverb that was there, at the hub. */
async function makeJournal({ hub }: LeafHouse): Promise<void> {
  const bus = await connectBus(hub.url);
  await openStreams(bus, { clusterId: CLUSTER, subjects }, silentLog).open(new AbortController().signal);
  await bus.close();
}

describe.concurrent("P2 a pulse at a leafnode", () => {
  it("follows the pulse that holds the lease of the hub, changes no tempo, and says why", async () => {
    await using servers = await startLeafHouse();
    await using leader = await startPulse(servers.hub.url, "hub");
    await waitFor("the lease", () => leader.authority() === "lease");
    await using beyond = await startPulse(servers.leaf.url, "leaf");
    await waitFor("its beats", () => (beyond.pulse.view.company()?.totals.followed ?? 0) > 0);
    await waitFor("the refusal", () => beyond.log.texts("error").length > 0);
    expect(beyond.authority()).toBe("unknown");
    expect(beyond.pulse.view.company()?.authorityReason).toMatch(/Cannot lead the pulses of cluster/);
    expect(beyond.log.texts("error")).toEqual([
      expect.stringMatching(
        /^Cannot lead the pulses of cluster \S+: the stream BACKBEAT_PULSE_\S+ in another JetStream .*--js-domain NAME.*follows the others, and changes no tempo/,
      ),
    ]);
    expect(await beyond.pulse.control?.changeTempo(220, { override: false })).toMatchObject({
      kind: "unknown",
      text: expect.stringMatching(/--js-domain/),
    });
    expect(await leader.pulse.control?.changeTempo(220, { override: false })).toMatchObject({
      kind: "accepted",
    });
    await waitFor("its tempo", () => beyond.pulse.view.status().tempoBpm === 220);
  });

  it("begins no timeline of its own beside a journal, and /ready says why", async () => {
    await using servers = await startLeafHouse();
    await makeJournal(servers);
    await using beyond = await startPulse(servers.leaf.url, "leaf");
    const ready = () => beyond.pulse.view.ready();
    await waitFor("the reason", () => ready().reason?.includes("Cannot lead") === true);
    expect(ready()).toEqual({
      ready: false,
      reason: expect.stringMatching(/knows no timeline yet.*domain hub.*use --js-domain hub/),
    });
    expect(beyond.pulse.view.status().totals.published).toBe(0);
  });

  it("makes no second lease in the JetStream of its leafnode", async () => {
    await using servers = await startLeafHouse({ leaf: { jetstream: true, domain: "leaf" } });
    await using leader = await startPulse(servers.hub.url, "hub");
    await waitFor("the lease", () => leader.authority() === "lease");
    await using beyond = await startPulse(servers.leaf.url, "leaf");
    await waitFor("the refusal", () => beyond.log.texts("error").length > 0);
    expect(beyond.authority()).toBe("unknown");
  });

  it("takes the lease of the hub where it is given its domain", async () => {
    await using servers = await startLeafHouse();
    await using heir = await startPulse(servers.leaf.url, "leaf", { jsDomain: "hub" });
    await waitFor("the lease", () => heir.authority() === "lease");
    expect(await heir.pulse.control?.changeTempo(220, { override: false })).toMatchObject({
      kind: "accepted",
    });
  });

  it("leads alone where neither lease nor journal is kept anywhere", async () => {
    await using server = await startTestServer();
    await using alone = await startPulse(server.url, "alone");
    await waitFor("its authority", () => alone.authority() === "alone");
  });
});
