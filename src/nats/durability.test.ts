import { describe, expect, it } from "vitest";
import { type DurabilityFacts, judgeDurability } from "./durability.ts";
import type { MonitorAnswer, Varz } from "./monitor.ts";
import type { StreamCluster, StreamConfig } from "./stream-info.ts";

const config = (storage = "file"): StreamConfig => ({
  name: "S",
  retention: "limits",
  storage,
  discard: "old",
  max_msgs: -1,
  max_bytes: -1,
  max_age: 0,
  num_replicas: 1,
});

const varz = (changes: Partial<Varz> = {}): MonitorAnswer => ({
  url: "http://m",
  varz: {
    serverId: "ID1",
    serverName: "n1",
    version: "2.12.7",
    cluster: undefined,
    jetstream: { syncAlways: true },
    ...changes,
  },
});

const ALONE = { serverId: "ID1", serverName: "n1", cluster: undefined, isOfJetStream: true };
const IN_CLUSTER = { ...ALONE, cluster: "c" };

const facts = (changes: Partial<DurabilityFacts> = {}): DurabilityFacts => ({
  streams: [{ config: config() }],
  connected: ALONE,
  monitors: [varz()],
  ...changes,
});

const kept = (cluster: StreamCluster) => [{ config: config(), cluster }];
const three = kept({
  leader: "n1",
  replicas: [
    { name: "n2", current: true },
    { name: "n3", current: true },
  ],
});
const member = (name: string) => varz({ serverId: `ID-${name}`, serverName: name, cluster: "c" });

describe("judgeDurability", () => {
  it.each<[string, string, DurabilityFacts, RegExp]>([
    ["a server that says so", "power-safe", facts(), /n1 syncs before/],
    ["a stream in memory", "best-effort", facts({ streams: [{ config: config("memory") }] }), /in memory/],
    ["no monitor named", "process-crash-safe", facts({ monitors: undefined }), /--nats-monitor/],
    [
      "a monitor that does not answer",
      "process-crash-safe",
      facts({ monitors: [varz(), { url: "http://x", fault: "no answer" }] }),
      /http:\/\/x could not be asked: no answer/,
    ],
    [
      "another server",
      "process-crash-safe",
      facts({ monitors: [varz({ serverId: "ID9" })] }),
      /another server/,
    ],
    [
      "JetStream off there",
      "process-crash-safe",
      facts({ monitors: [varz({ jetstream: undefined })] }),
      /without/,
    ],
    [
      "a server that syncs later",
      "process-crash-safe",
      facts({ monitors: [varz({ jetstream: { syncAlways: false } })] }),
      /sync_interval: always/,
    ],
    [
      "a server that cannot",
      "process-crash-safe",
      facts({ monitors: [varz({ version: "2.9.10", jetstream: { syncAlways: false } })] }),
      /nats-server 2\.9\.10, which cannot/,
    ],
    [
      "all three replicas",
      "power-safe",
      facts({ streams: three, connected: IN_CLUSTER, monitors: ["n1", "n2", "n3"].map(member) }),
      /n1, n2, n3 sync before/,
    ],
    [
      "a leafnode before the JetStream that keeps them",
      "process-crash-safe",
      facts({ connected: { ...ALONE, isOfJetStream: false } }),
      /another JetStream than that of the server that we are connected to/,
    ],
    [
      "two of three replicas",
      "process-crash-safe",
      facts({ streams: three, connected: IN_CLUSTER, monitors: ["n1", "n2"].map(member) }),
      /n3 keeps a stream too/,
    ],
    [
      "one replica, on another server than ours",
      "power-safe",
      facts({ streams: kept({ leader: "n2" }), connected: IN_CLUSTER, monitors: [member("n2")] }),
      /n2 syncs/,
    ],
    [
      "a server of another cluster",
      "process-crash-safe",
      facts({ connected: IN_CLUSTER, monitors: [varz({ cluster: "d" })] }),
      /of cluster d, we are connected to cluster c/,
    ],
  ])("%s: %s", (_name, durability, given, reason) => {
    expect(judgeDurability(given)).toEqual({ durability, reason: expect.stringMatching(reason) });
  });
});
