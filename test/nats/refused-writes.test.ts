/** Streams after the account had no room: what was refused leaves traces, which differ from version to version. */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { storeAfter } from "../../src/nats/compare-and-set.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { streamState } from "../../src/nats/stream-info.ts";
import { StreamReader } from "../../src/nats/stream-reader.ts";
import type { StreamHole } from "../../src/ports.ts";
import { startTestCluster, startTestServer } from "../support/nats-server.ts";
import { connectBus } from "../support/real-reverb.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const text = new TextEncoder();

const ACCOUNT = `accounts { A { jetstream { max_store: 2000000 }, users: [{ user: u, password: p }] } }
                 no_auth_user: u`;

async function world(nats: NatsConnection) {
  const api = new JetStreamApi({ connection: nats });
  const make = (name: string, ...subjects: string[]) =>
    api.ask(`STREAM.CREATE.${name}`, {
      name,
      subjects,
      retention: "limits",
      storage: "file",
      discard: "old",
      num_replicas: 1,
    });
  await make("S", "s.a", "s.b");
  return {
    api,
    append: (subject: string, body: string) => api.request<{ seq: number }>(subject, text.encode(body)),
    write: (body: string, expected: number) =>
      storeAfter({ api, stream: "S" }, { subject: "s.a", body: text.encode(body) }, expected),
    state: () => streamState(api, "S"),
    async fill() {
      await make("FILLER", "filler");
      for (const size of [100_000, 1_000, 1])
        for (;;) {
          const stored = await api.request("filler", new Uint8Array(size)).then(
            () => true,
            () => false,
          );
          if (!stored) break;
        }
    },
    free: () => api.ask("STREAM.DELETE.FILLER"),
  };
}

describe("R1 P2 a stream that refused writes because the account was full", () => {
  it("takes the next write of who names its newest message, and no other", async () => {
    await using server = await startTestServer({ jetstream: true, config: ACCOUNT });
    const nats = await connect({ servers: server.url });
    const { append, fill, free, state, write } = await world(nats);
    await append("s.b", "chain");
    expect(await write("one", 1)).toEqual({ kind: "stored", seq: 2 });
    await fill();
    // The first is refused for want of room; some versions then call the next ones wrong, and count on.
    for (let n = 0; n < 3; n += 1) {
      const refused = await write("two", 2);
      expect(refused.kind).not.toBe("stored");
      if (n === 0) expect(refused).toMatchObject({ kind: "unknown", refusal: { code: 10_002 } });
    }
    expect((await state()).lastSeq).toBe(2);
    await free();
    expect(await write("wrong", 1)).toEqual({ kind: "conflict" });
    const two = await write("two", 2);
    const { lastSeq } = await state();
    expect(two).toEqual({ kind: "stored", seq: lastSeq });
    expect(await write("late", 2)).toEqual({ kind: "conflict" });
    const racing = await Promise.all([write("three", lastSeq), write("three too", lastSeq)]);
    expect(racing.map(({ kind }) => kind).sort()).toEqual(["conflict", "stored"]);
    expect((await state()).lastSeq).toBe(lastSeq + 1);
    await nats.close();
  });

  it("is read over its holes, however quickly they come: they came while it was read", async () => {
    await using server = await startTestServer({ jetstream: true, config: ACCOUNT });
    const nats = await connect({ servers: server.url });
    const { api, append, fill, state } = await world(nats);
    const bus = await connectBus(server.url);
    const [read, holes, faults]: [number[], StreamHole[], string[]] = [[], [], []];
    const reader = new StreamReader({
      api,
      bus,
      stream: "S",
      start: { seq: 1 },
      log: silentLog,
      listener: {
        message: ({ seq }) => void read.push(seq),
        hole: (hole) => {
          holes.push(hole);
          return hole.isLive;
        },
        broken: ({ text: fault }) => void faults.push(fault),
      },
    });
    await append("s.b", "first");
    await waitFor("the first message", () => read.length === 1);
    await fill();
    // Some room: what is small fits, what is large does not.
    await api.ask("STREAM.PURGE.FILLER", { keep: 30 });
    let refused = 0;
    const add = (body: string) =>
      append("s.a", body).catch(() => {
        refused += 1;
      });
    for (let n = 0; n < 10; n += 1) {
      await add("x".repeat(500_000));
      await add(`${n}`);
    }
    expect(refused).toBeGreaterThan(3);
    const { lastSeq } = await state();
    await waitFor("all of it", () => read.at(-1) === lastSeq || faults.length > 0);
    expect([faults, read.length]).toEqual([[], 21 - refused]);
    // Newer servers leave none.
    expect(holes.every(({ isLive }) => isLive)).toBe(true);
    reader.stop();
    await bus.close();
    await nats.close();
  });
});

describe("R1 P2 writers who race in a cluster", () => {
  it("are never both told that they stored, whoever's proposal is under way", async () => {
    const servers = await startTestCluster();
    try {
      const writers = await Promise.all(servers.map(({ url }) => connect({ servers: url })));
      const apis = writers.map((connection) => new JetStreamApi({ connection }));
      const [api] = apis;
      await waitFor("the stream", () =>
        api
          ?.ask("STREAM.CREATE.R", {
            name: "R",
            subjects: ["r"],
            retention: "limits",
            storage: "file",
            num_replicas: 3,
          })
          .then(
            () => true,
            () => false,
          ),
      );
      let lastSeq = 0;
      for (let round = 0; round < 150; round += 1) {
        const expected = lastSeq;
        const results = await Promise.all(
          apis.map((each, at) =>
            storeAfter(
              { api: each, stream: "R" },
              { subject: "r", body: text.encode(`${round} ${at}`) },
              expected,
            ),
          ),
        );
        const stored = results.filter(({ kind }) => kind === "stored");
        expect(stored.length).toBeLessThanOrEqual(1);
        await waitFor("the end", async () => {
          lastSeq = (await streamState(api as JetStreamApi, "R")).lastSeq;
          return lastSeq > expected || stored.length === 0;
        });
      }
      await Promise.all(writers.map((writer) => writer.close()));
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
});
