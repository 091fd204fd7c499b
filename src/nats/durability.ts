/**
 * What may be promised of the streams of a cluster, and why not more: a pure judgement over what was seen.
 *
 * `power-safe` is said only where each server that keeps a stream told by itself, on its monitoring address, that it
 * syncs before it acknowledges. One that could not be asked counts as one that does not.
 */
import type { Durability } from "../ports.ts";
import type { MonitorAnswer, Varz } from "./monitor.ts";
import type { StreamInfo } from "./stream-info.ts";

/** The server that we are connected to, as it greeted us. */
export interface ConnectedServer {
  readonly serverId: string;
  readonly serverName: string;
  /** Undefined for a server on its own. */
  readonly cluster: string | undefined;
  /** Whether it is one of those whose JetStream keeps the streams; false: a leafnode before them, say. */
  readonly isOfJetStream: boolean;
}

export interface DurabilityFacts {
  readonly streams: readonly Pick<StreamInfo, "config" | "cluster">[];
  readonly connected: ConnectedServer;
  /** From `--nats-monitor`; undefined where none is set. */
  readonly monitors: readonly MonitorAnswer[] | undefined;
}

export interface DurabilityVerdict {
  readonly durability: Durability;
  /** Completes "because …". */
  readonly reason: string;
}

/** The class and its reason. */
export function judgeDurability(facts: DurabilityFacts): DurabilityVerdict {
  const inMemory = facts.streams.find(({ config }) => config.storage !== "file");
  if (inMemory !== undefined)
    return { durability: "best-effort", reason: `the stream ${inMemory.config.name} is kept in memory` };
  const reason = whyNotPowerSafe(facts);
  if (reason !== undefined) return { durability: "process-crash-safe", reason };
  return {
    durability: "power-safe",
    reason: `${keepersOf(facts).join(", ")} sync${keepersOf(facts).length === 1 ? "s" : ""} before acknowledging, as /varz says`,
  };
}

function whyNotPowerSafe(facts: DurabilityFacts): string | undefined {
  const { connected, monitors } = facts;
  if (monitors === undefined || monitors.length === 0)
    return "nobody told whether the servers sync before they acknowledge; name their monitoring addresses with --nats-monitor";
  // Their names and clusters are held against the server that we are connected to.
  if (!connected.isOfJetStream)
    return "the streams are kept in another JetStream than that of the server that we are connected to, so it is not known here which servers keep them";
  const told: Varz[] = [];
  for (const answer of monitors) {
    if ("fault" in answer) return `${answer.url} could not be asked: ${answer.fault}`;
    const fault = faultOf(answer.varz, connected);
    if (fault !== undefined) return `${answer.url} ${fault}`;
    told.push(answer.varz);
  }
  const names = told.map(({ serverName }) => serverName);
  const missing = keepersOf(facts).filter((name) => !names.includes(name));
  if (missing.length > 0)
    return `${missing.join(", ")} keeps a stream too, and --nats-monitor does not name its monitoring address`;
  return undefined;
}

function faultOf(
  { cluster, jetstream, serverId, version }: Varz,
  connected: ConnectedServer,
): string | undefined {
  if (connected.cluster === undefined && serverId !== connected.serverId)
    return `is another server than the one that we are connected to`;
  if (cluster !== connected.cluster)
    return `is of ${cluster === undefined ? "no cluster" : `cluster ${cluster}`}, we are connected to cluster ${connected.cluster}`;
  if (jetstream === undefined) return "is a server without JetStream";
  if (jetstream.syncAlways) return undefined;
  return /^2\.[0-9]\./.test(version)
    ? `is nats-server ${version}, which cannot sync before it acknowledges (sync_interval came with 2.10)`
    : `does not sync before it acknowledges: set jetstream { sync_interval: always } there`;
}

/** The names of all servers that keep one of the streams. */
function keepersOf({ connected, streams }: DurabilityFacts): readonly string[] {
  const names = streams.flatMap(({ cluster }) => [
    cluster?.leader ?? connected.serverName,
    ...(cluster?.replicas ?? []).map(({ name }) => name),
  ]);
  return [...new Set(names)].sort();
}
