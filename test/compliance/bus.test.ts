import { connect, type NatsConnection } from "@nats-io/transport-node";
import { NatsBus } from "../../src/nats/bus.ts";
import { ConnectionBus } from "../../src/nats/connection-bus.ts";
import type { Bus } from "../../src/ports.ts";
import { type FakeBus, fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
import { startTestServer } from "../support/nats-server.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { type BusWorld, busCompliance } from "./bus.ts";

busCompliance("fake", fakeWorld);
busCompliance("NATS", natsWorld);
busCompliance("a NATS connection of somebody else's", connectionWorld);

async function fakeWorld(): Promise<BusWorld> {
  const broker = fakeBroker();
  const buses: FakeBus[] = [];
  return {
    connect: async ({ up = true } = {}) => {
      const bus = broker.connect({ connected: up });
      buses.push(bus);
      return bus;
    },
    freeze: () => broker.freeze(),
    cut: () => {
      for (const bus of buses) bus.loseLink();
    },
    mend: () => {
      broker.thaw();
      for (const bus of buses) bus.restoreLink();
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function natsWorld(): Promise<BusWorld> {
  const server = await startTestServer();
  const buses: Bus[] = [];
  return {
    connect: async ({ up = true } = {}) => {
      const servers = [{ host: "127.0.0.1", port: server.port, tls: false }];
      const bus = new NatsBus({ servers, name: "compliance" }, silentLog);
      buses.push(bus);
      if (up) await waitFor("the first link", () => bus.connected);
      return bus;
    },
    freeze: () => server.kill("SIGSTOP"),
    cut: () => server.kill("SIGKILL"),
    mend: () => server.restart(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await server.stop();
    },
  };
}

async function connectionWorld(): Promise<BusWorld> {
  const server = await startTestServer();
  const connections: NatsConnection[] = [];
  const open = async () => {
    const connection = await connect({
      servers: server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      reconnectJitter: 0,
    });
    connections.push(connection);
    return connection;
  };
  // Somebody else's connection is made before it is handed on: this one, when the server is away again.
  const early = await open();
  return {
    connect: async ({ up = true } = {}) => {
      const bus = new ConnectionBus(up ? await open() : early, silentLog);
      if (up) await waitFor("the first link", () => bus.connected);
      return bus;
    },
    freeze: () => server.kill("SIGSTOP"),
    cut: () => server.kill("SIGKILL"),
    mend: () => server.restart(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await server.stop();
    },
  };
}
