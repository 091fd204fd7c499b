import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DEADLINE_MS } from "../../test/support/wait-for.ts";
import { askMonitors, parseVarz } from "./monitor.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As nats-server 2.12 answers, shortened. */
const SAID = {
  server_id: "ND6",
  server_name: "n1",
  version: "2.12.7",
  cluster: { name: "c", addr: "0.0.0.0" },
  jetstream: {
    config: { max_memory: 1, max_storage: 2, store_dir: "/d", sync_interval: 120e9, sync_always: true },
  },
};

describe("parseVarz", () => {
  it("reads who the server is and whether it syncs always", () => {
    const varz = {
      serverId: "ND6",
      serverName: "n1",
      version: "2.12.7",
      cluster: "c",
      jetstream: { syncAlways: true },
    };
    expect(parseVarz(JSON.stringify(SAID))).toEqual(varz);
  });

  it.each([
    ["no cluster", { ...SAID, cluster: {} }, { cluster: undefined }],
    ["JetStream off", { ...SAID, jetstream: {} }, { jetstream: undefined }],
    [
      "a server that syncs later",
      { ...SAID, jetstream: { config: {} } },
      { jetstream: { syncAlways: false } },
    ],
    [
      "a word where a boolean is due",
      { ...SAID, jetstream: { config: { sync_always: "yes" } } },
      { jetstream: { syncAlways: false } },
    ],
  ])("%s", (_name, said, expected) => {
    expect(parseVarz(JSON.stringify(said))).toMatchObject(expected);
  });

  it.each([["{"], ["null"], ["[]"], ['"x"'], ["{}"], ['{"server_id": 1, "version": "2"}']])(
    "refuses %s",
    (text) => {
      expect(parseVarz(text)).toMatch(/no monitoring port of NATS/);
    },
  );
});

describe("askMonitors", () => {
  it("asks GET /varz below the address, and keeps the order", async () => {
    const asked: unknown[] = [];
    const url = await answering((request, response) => {
      asked.push([request.method, request.url]);
      response.end(JSON.stringify(SAID));
    });
    const [first, second] = await askMonitors([`${url}/`, `${url}/base`]);
    expect([first, second]).toMatchObject([{ varz: { serverId: "ND6" } }, { varz: { serverName: "n1" } }]);
    expect(asked).toEqual(
      expect.arrayContaining([
        ["GET", "/varz"],
        ["GET", "/base/varz"],
      ]),
    );
  });

  it.each<[string, RequestListener]>([
    ["no answer", () => undefined],
    ["half an answer", (_, response) => void response.write("{")],
  ])("R4 %s is a fault", async (_name, listener) => {
    const url = await answering(listener);
    const fault = expect.stringMatching(/no answer within 200 ms/);
    expect(await askMonitors([url], 200)).toEqual([{ url, fault }]);
  });

  it.each<[string, RequestListener, RegExp]>([
    ["another status", (_, response) => void response.writeHead(404).end("no"), /status 404/],
    ["a redirection", (_, response) => void response.writeHead(302, { location: "/x" }).end(), /redirect/],
    [
      "an answer without end",
      (_, response) => void response.end(" ".repeat(300_000)),
      /longer than 262144 bytes/,
    ],
    ["a torn answer", (_, response) => void response.write("{", () => response.destroy()), /./],
    ["no JSON", (_, response) => void response.end("<html>"), /no JSON/],
  ])("R4 %s is a fault", async (_name, listener, fault) => {
    const url = await answering(listener);
    expect(await askMonitors([url], DEADLINE_MS)).toEqual([{ url, fault: expect.stringMatching(fault) }]);
  });

  it("nobody there is a fault", async () => {
    const [answer] = await askMonitors(["http://127.0.0.1:1"]);
    expect(answer).toMatchObject({ fault: expect.stringMatching(/\S/) });
  });
});
