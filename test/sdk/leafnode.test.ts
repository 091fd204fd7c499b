/** Agents at a leafnode of a hub that keeps the journal. */
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BarReport } from "../../src/contracts/index.ts";
import { connectAgent, createAgent } from "../../src/sdk/index.ts";
import { journalHouse, untilCommitting } from "../support/journal-house.ts";
import { type LeafHouse, startLeafHouse } from "../support/leafnode.ts";
import { CLUSTER } from "../support/messages.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

let servers: LeafHouse;
let house: Awaited<ReturnType<typeof journalHouse>>;

beforeAll(async () => {
  servers = await startLeafHouse();
  house = await journalHouse(servers.hub.url);
  await untilCommitting(await house.start());
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

const stored = async () => (await (await house.streams()).journal.state()).lastSeq;

describe("BACKBEAT-REQ-041 an agent at a leafnode", () => {
  it.each([[undefined], ["hub"]])(
    "S3 claims are stored by the hub's journal, with the domain %s",
    async (jsDomain) => {
      const agent = connectAgent(servers.leaf.url, {
        clusterId: CLUSTER,
        agentId: "a:1",
        log: silentLog,
        jsDomain,
      });
      const before = await stored();
      await agent.claim("executing", { beat_index: 1 });
      expect([agent.health.journal, await stored()]).toEqual(["journal", before + 1]);
      await agent.stop();
    },
  );

  it("REQ-021 hears reports, and reads what its leafnode missed with the domain of the hub", async () => {
    const connection = await connect({
      servers: servers.leaf.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    const place = { clusterId: CLUSTER, log: silentLog };
    const agents = [
      createAgent(connection, { ...place, agentId: "with", jsDomain: "hub" }),
      createAgent(connection, { ...place, agentId: "without" }),
    ];
    const [withIt, withoutIt] = agents.map((agent) => {
      const heard: BarReport[] = [];
      agent.onReport((report) => void heard.push(report));
      return heard;
    });
    await connection.flush();
    await servers.connected();
    const heard = () => [withIt?.length ?? 0, withoutIt?.length ?? 0];
    await house.beats(1, 5);
    await waitFor("the first report", () => heard().every((count) => count === 1));
    await servers.leaf.kill("SIGKILL");
    await house.beats(6, 9);
    await waitFor("a report that the leafnode missed", () => house.wire.length === 2);
    await servers.leaf.restart();
    await servers.connected();
    await waitFor("the agents", () => agents.every((agent) => agent.health.connected));
    await connection.flush();
    await servers.connected();
    await house.beats(10, 13);
    await waitFor("the next report", () => (withoutIt?.length ?? 0) >= 2 && (withIt?.length ?? 0) >= 3);
    expect(heard()).toEqual([3, 2]);
    await Promise.all(agents.map((agent) => agent.stop()));
    await connection.close();
  });

  it("REQ-041 a domain that cannot be is refused at once", async () => {
    const options = { clusterId: CLUSTER, agentId: "a:1", log: silentLog };
    expect(() => connectAgent(servers.leaf.url, { ...options, jsDomain: "a.b" })).toThrow(
      /the domain is "a.b", expected a name without dots/,
    );
    expect(() => connectAgent(servers.leaf.url, { ...options, jsDomain: "a", jsApiPrefix: "b" })).toThrow(
      /both a domain and an API prefix/,
    );
    const connection = await connect({ servers: servers.leaf.url });
    expect(() => createAgent(connection, { ...options, jsApiPrefix: "b.>" })).toThrow(
      /the API prefix is "b.>"/,
    );
    await connection.close();
  });
});
