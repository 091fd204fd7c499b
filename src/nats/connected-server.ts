/** Which server we are connected to, as it greeted us: who it is, and the cluster that it is part of. */
import type { ConnectedServer } from "./durability.ts";
import type { JetStreamApi } from "./jetstream-api.ts";

/** What it greets with; nats.js names no member for the cluster and the domain. */
interface Greeting {
  readonly server_id?: string;
  readonly server_name?: string;
  readonly cluster?: string;
  readonly domain?: string;
}

/** Of the connection of the moment; empty texts while there is none. */
export function connectedServer(api: JetStreamApi): ConnectedServer {
  const info: Greeting = (api.connection?.info as Greeting | undefined) ?? {};
  const { cluster, domain, server_id: serverId = "", server_name: serverName = "" } = info;
  return {
    serverId,
    serverName,
    cluster: cluster === "" ? undefined : cluster,
    isOfJetStream: api.isOwn || (domain !== undefined && api.isOfDomain(domain)),
  };
}
