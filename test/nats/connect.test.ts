/** What answers at an address: nothing, one of a list, a cluster, something else than NATS, or silence. */
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { NatsDoors } from "../support/nats-doors.ts";
import { waitFor } from "../support/wait-for.ts";

describe("NatsBus and what answers", () => {
  // At once: most of it is waiting.
  it.concurrent("BACKBEAT-REQ-003 NatsBus says once that nothing is there, connects when it is, and says that too", async () => {
    await using doors = new NatsDoors();
    const server = await doors.serve("");
    await server.kill("SIGKILL");
    const { bus, log } = doors.open(`nats://me:hunter2@127.0.0.1:${server.port}`);
    await waitFor("the complaint", () => log.lines.length > 0);
    expect(log.lines[0]).toMatchObject({
      level: "warn",
      text: `Cannot connect to nats://127.0.0.1:${server.port}: connection refused; is a NATS server running there?; trying again every second`,
    });
    await server.restart();
    await waitFor("the link", () => bus.connected);
    expect(log.lines.map(({ level }) => level)).toEqual(["warn", "info"]);
    expect(log.lines[1]).toMatchObject({ data: { server: server.url, serverVersion: server.version } });
    expect(bus.state).toEqual({ server: server.url, serverVersion: server.version, known: 1 });
    expect(log.everything()).not.toMatch(/hunter2/);
  });

  it.concurrent("BACKBEAT-REQ-003 NatsBus goes to the next of a list when the first is dead, each with its own credentials", async () => {
    await using doors = new NatsDoors();
    const dead = await doors.serve("");
    await dead.kill("SIGKILL");
    const first = await doors.serve("authorization { user: a, password: a }");
    const second = await doors.serve("authorization { user: b, password: b }");
    const list = `127.0.0.1:${dead.port},nats://a:a@127.0.0.1:${first.port},nats://b:b@127.0.0.1:${second.port}`;
    const { bus, log } = doors.open(list);
    for (let losses = 0; losses < 4; losses += 1) {
      const { server } = await waitFor("the link", () => bus.connected && bus.state);
      const used = server === first.url ? first : second;
      expect(server).toBe(used.url);
      await used.kill("SIGKILL");
      const other = used === first ? second : first;
      await waitFor("the other server", () => bus.connected && bus.state.server === other.url);
      await used.restart();
    }
    expect(log.texts("error")).toEqual([]);
  });

  it.concurrent("BACKBEAT-REQ-003 NatsBus finds the other servers of a cluster by itself", async () => {
    await using doors = new NatsDoors();
    const holder = createServer();
    const routePort = await listen(holder);
    await new Promise((resolve) => holder.close(resolve));
    const seed = await doors.serve(`cluster { name: c, listen: "127.0.0.1:${routePort}" }`);
    const { bus } = doors.open(`127.0.0.1:${seed.port}`);
    await waitFor("the link", () => bus.connected);
    const route = `routes: ["nats-route://127.0.0.1:${routePort}"]`;
    const other = await doors.serve(`cluster { name: c, listen: "127.0.0.1:-1", ${route} }`);
    await waitFor("news of the other server", () => bus.state.known === 2);
    await seed.kill("SIGKILL");
    await waitFor("the other server", () => bus.connected && bus.state.server === other.url);
  });

  it.concurrent("BACKBEAT-REQ-003 NatsBus says that what answers is no NATS server", async () => {
    await using doors = new NatsDoors();
    const speaks = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("220 mail.example ESMTP\r\n");
    });
    const hangsUp = createHttpServer().on("connection", (socket) => socket.destroy());
    for (const [server, expected] of [
      [speaks, /no NATS server/],
      [hangsUp, /closed the connection|reset/],
    ] as const) {
      const port = await listen(server);
      expect((await doors.complains(`127.0.0.1:${port}`)).text).toMatch(expected);
      server.close();
    }
  });

  // Alone: it counts all sockets of this process.
  it("R4 NatsBus leaves no socket behind at a server that accepts and stays silent", async () => {
    await using doors = new NatsDoors();
    const server = await doors.serve("");
    await server.kill("SIGSTOP");
    const { bus, log } = doors.open(`127.0.0.1:${server.port}`);
    await waitFor("the complaint", () => log.lines.length > 0);
    expect(log.lines[0]?.text).toMatch(/no answer within 5000 ms/);
    await bus.close();
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap");
    await waitFor("every socket to be gone", () => sockets().length === 0);
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
