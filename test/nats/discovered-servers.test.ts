/** Servers that a cluster names: they take over where the configured one is gone, and hold nothing up where nobody reaches them. */
import { describe, expect, it } from "vitest";
import { NatsBus } from "../../src/nats/bus.ts";
import type { NatsSettings } from "../../src/nats/connect.ts";
import { GreetingServer } from "../support/greeting-server.ts";
import { recordingLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

/** One after the other, five seconds each, they would outlast any deadline. */
const SILENT_SERVERS = 16;

async function silentServers() {
  const servers = await Promise.all(
    Array.from({ length: SILENT_SERVERS }, () => GreetingServer.start("silent")),
  );
  return {
    servers,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

function busAt(ports: readonly number[], settings: Partial<NatsSettings> = {}) {
  const log = recordingLog();
  const servers = ports.map((port) => ({ host: "127.0.0.1", port, tls: false }));
  const bus = new NatsBus({ servers, name: "test", ...settings }, log);
  return { bus, log, [Symbol.asyncDispose]: () => bus.close() };
}

describe("servers that a cluster names", () => {
  it("BACKBEAT-REQ-003 NatsBus is back on its configured server while addresses that nobody reaches are tried", async () => {
    await using configured = await GreetingServer.start("greets");
    await using named = await silentServers();
    configured.connectUrls = named.servers.map(({ port }) => `127.0.0.1:${port}`);
    await using opened = busAt([configured.port]);
    await waitFor("the link", () => opened.bus.connected);
    configured.manner = "hangs-up";
    configured.cut();
    await waitFor("a try at an address that was named", () =>
      named.servers.some(({ accepted }) => accepted > 0),
    );
    expect(opened.bus.connected).toBe(false);
    configured.manner = "greets";
    await waitFor("the link", () => opened.bus.connected);
    expect(opened.log.texts("info")).toHaveLength(2);
  });

  it("BACKBEAT-REQ-003 NatsBus goes to a server that a cluster named when the configured one stands still", async () => {
    await using configured = await GreetingServer.start("greets");
    await using named = await GreetingServer.start("greets");
    configured.connectUrls = [`127.0.0.1:${named.port}`];
    await using opened = busAt([configured.port]);
    await waitFor("the link", () => opened.bus.connected);
    configured.manner = "silent";
    configured.cut();
    await waitFor("the link", () => opened.bus.state.server === `nats://127.0.0.1:${named.port}`);
    expect(opened.bus.connected).toBe(true);
  });

  it("BACKBEAT-REQ-003 NatsBus says which address a server named and what to do, beside the configured server's fault", async () => {
    await using configured = await GreetingServer.start("greets");
    await using named = await GreetingServer.start("hangs-up");
    configured.connectUrls = [`127.0.0.1:${named.port}`];
    await using opened = busAt([configured.port]);
    await waitFor("the link", () => opened.bus.connected);
    configured.manner = "hangs-up";
    configured.cut();
    const said = await waitFor("the complaint", () =>
      opened.log.texts("warn").find((text) => text.includes(`:${named.port}`) && text.includes("Cannot")),
    );
    expect(said).toMatch(/a NATS server named this address.*--nats-ignore-discovered.*client_advertise/);
    await waitFor("the configured server's fault", () =>
      opened.bus.state.failure?.includes(`:${configured.port}`),
    );
  });

  it("BACKBEAT-REQ-003 NatsBus keeps to its servers where discovered ones are to be ignored", async () => {
    await using configured = await GreetingServer.start("greets");
    await using named = await GreetingServer.start("greets");
    configured.connectUrls = [`127.0.0.1:${named.port}`];
    await using opened = busAt([configured.port], { ignoreDiscovered: true });
    await waitFor("the link", () => opened.bus.connected);
    expect(opened.bus.state.known).toBe(1);
    configured.manner = "hangs-up";
    configured.cut();
    const before = configured.accepted;
    await waitFor("three more tries", () => configured.accepted > before + 3);
    expect(named.accepted).toBe(0);
    configured.manner = "greets";
    await waitFor("the link", () => opened.bus.connected);
  });

  it("BACKBEAT-REQ-003 NatsBus ends at once when it is closed, also while a server says nothing", async () => {
    await using silent = await GreetingServer.start("silent");
    const { bus, log } = busAt([silent.port]);
    await waitFor("a try", () => silent.accepted === 1);
    await bus.close();
    await waitFor("the try to be given up", () => silent.open === 0);
    expect(log.texts("warn")).toEqual([]);
  });
});
