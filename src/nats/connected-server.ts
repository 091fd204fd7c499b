/** Which server we are connected to, as it greeted us: who it is, and the cluster that it is part of. */
import type { ConnectedServer } from "./durability.ts";
import type { JetStreamApi } from "./jetstream-api.ts";

/** Of the connection of the moment; empty texts while there is none. */
export function connectedServer({ connection }: Pick<JetStreamApi, "connection">): ConnectedServer {
  // nats.js names no member for the cluster.
  const info = connection?.info as { server_id?: string; server_name?: string; cluster?: string } | undefined;
  const { cluster, server_id: serverId = "", server_name: serverName = "" } = info ?? {};
  return { serverId, serverName, cluster: cluster === "" ? undefined : cluster };
}
