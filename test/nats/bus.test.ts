/** What only a real server does to a bus: it stands still, refuses, cuts; and what is said about it. */
import { describe, expect, it } from "vitest";
import { NatsBus } from "../../src/nats/bus.ts";
import type { NatsSettings } from "../../src/nats/connect.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/nats-server.ts";
import { type RecordingLog, recordingLog } from "../support/recording-log.ts";
import { DEADLINE_MS, waitFor } from "../support/wait-for.ts";

/** What a test opens; closed when the test is over. */
class Doors implements AsyncDisposable {
  readonly #opened: (NatsBus | TestServer)[] = [];

  async serve(options: TestServerOptions = {}): Promise<TestServer> {
    const server = await startTestServer(options);
    this.#opened.push(server);
    return server;
  }

  /** A bus that may still be connecting. */
  open(server: TestServer, settings: Partial<NatsSettings> = {}): { bus: NatsBus; log: RecordingLog } {
    const log = recordingLog();
    const servers = [{ host: "127.0.0.1", port: server.port, tls: false }];
    const bus = new NatsBus({ servers, name: "test", ...settings }, log);
    this.#opened.push(bus);
    return { bus, log };
  }

  async connect(
    server: TestServer,
    settings: Partial<NatsSettings> = {},
  ): Promise<{ bus: NatsBus; log: RecordingLog }> {
    const opened = this.open(server, settings);
    await waitFor("the link", () => opened.bus.connected);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened.splice(0).toReversed()) await ("stop" in one ? one.stop() : one.close());
  }
}

const text = (message: string) => new TextEncoder().encode(message);

// At once: most of it is waiting for links to be lost and to come back.
describe.concurrent("NatsBus", () => {
  it("BACKBEAT-REQ-020 NatsBus asks for answers below the inbox prefix that it is given", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus } = await doors.connect(server, { inboxPrefix: "_INBOX.me" });
    expect(bus.inbox()).toMatch(/^_INBOX\.me\.[^.]+$/);
    const { bus: peer } = await doors.connect(server);
    expect(peer.inbox()).toMatch(/^_INBOX\.[^.]+$/);
    const replies: string[] = [];
    peer.subscribe("_INBOX.me.>", ({ subject }) => replies.push(subject));
    peer.subscribe("ask", (message) => message.respond(text("yes")));
    await peer.flush();
    const answer = await bus.request("ask", text(""), DEADLINE_MS);
    expect(new TextDecoder().decode(answer?.data)).toBe("yes");
    await waitFor("the answer on its way", () => replies.length === 1);
  });

  it.each(["", "a b", "_INBOX.", "_INBOX.*", "_INBOX.>"])(
    "BACKBEAT-REQ-020 NatsBus takes no inbox prefix %j",
    (inboxPrefix) => {
      const settings = { servers: [{ host: "h", port: 1, tls: false }], name: "test", inboxPrefix };
      expect(() => new NatsBus(settings, recordingLog())).toThrow(
        /the inbox prefix is .*, expected a subject/,
      );
    },
  );

  it("BACKBEAT-REQ-020 NatsBus tells of a link before it hands out the first message of it", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus: flooding } = await doors.connect(server);
    let isFlooding = true;
    const flood = async () => {
      while (isFlooding) {
        for (let sent = 0; sent < 50; sent += 1) flooding.publish("flood", text("x"));
        await flooding.flush();
      }
    };
    const flooded = flood();
    for (let round = 0; round < 30; round += 1) {
      const heard: string[] = [];
      const { bus } = doors.open(server);
      bus.onLink((link) => heard.push(link));
      bus.subscribe(
        "flood",
        () => heard.length < 2 && heard.push(bus.connected ? "message" : "message too early"),
      );
      await waitFor("a message", () => heard.length === 2);
      expect(heard).toEqual(["restored", "message"]);
      await bus.close();
    }
    isFlooding = false;
    await flooded;
  });

  it("R4 NatsBus says a throwing handler once in a while and counts every time", async () => {
    await using doors = new Doors();
    const { bus, log } = await doors.connect(await doors.serve());
    bus.subscribe("s", () => {
      throw new Error("a fault");
    });
    await bus.flush();
    for (let n = 0; n < 1_000; n += 1) bus.publish("s", text("x"));
    await waitFor("a thousand faults", () => bus.handlerFailures === 1_000);
    expect(log.texts("error")).toEqual(["The handler of s threw, its message is lost: a fault"]);
  });

  it("BACKBEAT-REQ-003 NatsBus survives a listener to the link that throws", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus, log } = await doors.connect(server);
    const heard: string[] = [];
    bus.onLink(() => {
      throw new Error("a fault");
    });
    bus.onLink((link) => heard.push(link));
    await server.restart();
    await waitFor("the link", () => heard.length === 2);
    expect(heard).toEqual(["lost", "restored"]);
    expect(log.texts("error")).toHaveLength(2);
  });

  it("BACKBEAT-REQ-003 NatsBus gives up a server that stands still, and hears nothing twice when it goes on", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus, log } = await doors.connect(server, { pingIntervalMs: 200 });
    const other = await doors.connect(server);
    const heard: string[] = [];
    bus.subscribe("s", (message) => heard.push(new TextDecoder().decode(message.data)));
    await waitFor("the server to have it", () =>
      bus.flush().then(
        () => true,
        () => false,
      ),
    );
    await server.kill("SIGSTOP");
    expect(other.bus.publish("s", text("while it stood still"))).toBe(true);
    const flushed = bus.flush().catch((error: unknown) => error);
    await waitFor("the loss", () => !bus.connected);
    expect(await flushed).toMatchObject({ code: "nats-unreachable" });
    expect(log.texts("warn")[0]).toMatch(/^Lost NATS: the server no longer answers/);
    await server.kill("SIGCONT");
    let sent = 0;
    const later = () => heard.filter((message) => message.startsWith("after"));
    // A busy machine may let it give up the server once more: what is sent into a gap may be lost, never come twice.
    await waitFor("two messages", () => {
      sent += 1;
      other.bus.publish("s", text(`after ${sent}`));
      return later().length >= 2;
    });
    expect(new Set(heard).size).toBe(heard.length);
    expect(new Set(later()).size).toBeGreaterThanOrEqual(2);
  });

  it("BACKBEAT-REQ-020 NatsBus comes back after the server cut it off as a slow consumer, and says why", async () => {
    await using doors = new Doors();
    const server = await doors.serve({ config: "max_payload: 65536\nmax_pending: 65536" });
    const { bus, log } = await doors.connect(server);
    const sender = await doors.connect(server);
    const links: string[] = [];
    let heard = 0;
    bus.onLink((link) => links.push(link));
    bus.subscribe("s", () => {
      heard += 1;
    });
    await bus.flush();
    const body = new Uint8Array(60_000);
    await waitFor("the cut", () => {
      for (let n = 0; n < 50 && links.length === 0; n += 1) sender.bus.publish("s", body);
      return links.includes("restored");
    });
    expect(log.texts("warn").join()).toMatch(/^Lost NATS: .*too slow, its log says/);
    const before = heard;
    // What was on its way may cost a second cut, and the message with it.
    await waitFor("a message", () => {
      sender.bus.publish("s", text("small"));
      return heard > before;
    });
  });

  it("BACKBEAT-REQ-020 NatsBus says which subscription a server forbids, and serves the others", async () => {
    await using doors = new Doors();
    const permissions = 'permissions { subscribe { deny: "secret.>" }, publish { deny: "forbidden" } }';
    const server = await doors.serve({
      config: `authorization { users = [ { user: a, password: a, ${permissions} } ] }`,
    });
    const { bus, log } = await doors.connect(server, { user: "a", password: "a" });
    let heard = 0;
    const forbidden = bus.subscribe("secret.things", () => undefined);
    bus.subscribe("s", () => {
      heard += 1;
    });
    await waitFor("the refusal", () => log.texts("error").length > 0);
    expect(log.texts("error")).toEqual([
      expect.stringMatching(/^Cannot subscribe to secret\.things: .*allow it for this user in the server$/),
    ]);
    forbidden.unsubscribe();
    for (let n = 0; n < 100; n += 1) bus.publish("forbidden", text("x"));
    bus.publish("s", text("x"));
    await waitFor("the message", () => heard === 1);
    expect(bus.connected).toBe(true);
    expect(log.texts("warn").length).toBeLessThanOrEqual(2);
  });

  it("BACKBEAT-REQ-020 NatsBus.publish refuses what the server would refuse for its size", async () => {
    await using doors = new Doors();
    const { bus } = await doors.connect(await doors.serve({ config: "max_payload: 1000" }));
    expect(() => bus.publish("s", new Uint8Array(1_001))).toThrow(/^Cannot publish on s: .*max_payload/);
    expect(bus.publish("s", new Uint8Array(1_000))).toBe(true);
    await bus.flush();
  });

  it.each(["", "a b", "a\nb"])(
    "BACKBEAT-REQ-020 NatsBus.subscribe refuses the subject %j at once",
    async (subject) => {
      await using doors = new Doors();
      const { bus } = await doors.connect(await doors.serve());
      expect(() => bus.subscribe(subject, () => undefined)).toThrow(/^Cannot subscribe to/);
      await bus.flush();
    },
  );

  it("BACKBEAT-REQ-041 NatsBus.close delivers to handlers what was on its way", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus } = await doors.connect(server);
    let heard = 0;
    bus.subscribe("s", () => {
      heard += 1;
    });
    await bus.flush();
    for (let n = 0; n < 1_000; n += 1) bus.publish("s", text("x"));
    await bus.close();
    expect(heard).toBe(1_000);
  });

  it("BACKBEAT-REQ-041 NatsBus.close ends also when the server stands still", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus } = await doors.connect(server);
    await server.kill("SIGSTOP");
    bus.publish("s", text("x"));
    const flushed = bus.flush().catch((error: unknown) => error);
    await bus.close();
    expect(bus.connected).toBe(false);
    expect(await flushed).toMatchObject({ code: "nats-unreachable" });
  });

  it("BACKBEAT-REQ-041 NatsBus.close ends while the first connection is being made", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus, log } = doors.open(server);
    await bus.close();
    expect(bus.connected).toBe(false);
    expect(log.lines).toEqual([]);
  });

  it("BACKBEAT-REQ-020 NatsBus connects again after any number of restarts, with one subscription each", async () => {
    await using doors = new Doors();
    const server = await doors.serve();
    const { bus } = await doors.connect(server);
    let heard = 0;
    const links: string[] = [];
    bus.onLink((link) => links.push(link));
    bus.subscribe("s", () => {
      heard += 1;
    });
    for (let restarts = 1; restarts <= 3; restarts += 1) {
      await server.restart();
      await waitFor("the link", () => links.length === 2 * restarts);
      bus.publish("s", text("x"));
      await waitFor("the message", () => heard === restarts);
      await bus.flush();
      expect(heard).toBe(restarts);
    }
    expect(links).toEqual(Array(3).fill(["lost", "restored"]).flat());
  });
});
