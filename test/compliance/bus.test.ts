import { NatsBus } from "../../src/nats/bus.ts";
import type { Bus } from "../../src/ports.ts";
import { type FakeBus, fakeBroker } from "../support/fake-bus.ts";
import { startTestServer } from "../support/nats-server.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { type BusWorld, busCompliance } from "./bus.ts";

busCompliance("fake", fakeWorld);
busCompliance("NATS", natsWorld);

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
