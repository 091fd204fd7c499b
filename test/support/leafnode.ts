/** A hub and a leafnode of it: two real nats-servers, connected. */

import type { NatsBus } from "../../src/nats/bus.ts";
import { freePort } from "./free-port.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./nats-server.ts";
import { connectBus } from "./real-reverb.ts";
import { waitFor } from "./wait-for.ts";

export interface LeafHouse extends AsyncDisposable {
  readonly hub: TestServer;
  readonly leaf: TestServer;
  /** Resolves when what is published at the leaf is heard at the hub. */
  connected(): Promise<void>;
}

/** The hub has JetStream in the domain `hub`, or in none where `hubDomain` is "none"; the leaf has what its options say. */
export async function startLeafHouse(
  options: { readonly hubDomain?: "none"; readonly leaf?: TestServerOptions } = {},
): Promise<LeafHouse> {
  const port = await freePort();
  const remote = `leafnodes { remotes: [ { url: "nats://127.0.0.1:${port}" } ] }`;
  const [hub, leaf] = await Promise.all([
    startTestServer({
      jetstream: true,
      ...(options.hubDomain === "none" ? {} : { domain: "hub" }),
      config: `server_name: hub\nleafnodes { host: "127.0.0.1", port: ${port} }`,
    }),
    startTestServer({ ...options.leaf, config: `server_name: leaf\n${remote}` }),
  ]);
  const house: LeafHouse = {
    hub,
    leaf,
    connected: () => untilHeard({ from: leaf.url, at: hub.url }),
    async [Symbol.asyncDispose]() {
      await Promise.all([hub.stop(), leaf.stop()]);
    },
  };
  await house.connected();
  return house;
}

async function untilHeard({ at, from }: { readonly at: string; readonly from: string }): Promise<void> {
  const [ear, mouth]: NatsBus[] = await Promise.all([connectBus(at, "ear"), connectBus(from, "mouth")]);
  if (ear === undefined || mouth === undefined) return;
  let isHeard = false;
  ear.subscribe("test.leafnode", () => {
    isHeard = true;
  });
  await ear.flush();
  await waitFor("the leafnode to be connected to its hub", () => {
    mouth.publish("test.leafnode", new Uint8Array(0));
    return isHeard;
  });
  await Promise.all([ear.close(), mouth.close()]);
}
