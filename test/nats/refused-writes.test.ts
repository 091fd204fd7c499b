/** Streams after the account had no room: what was refused leaves traces, which differ from version to version. */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { storeAfter } from "../../src/nats/compare-and-set.ts";
import { JetStreamApi } from "../../src/nats/jetstream-api.ts";
import { streamState } from "../../src/nats/stream-info.ts";
import { startTestServer } from "../support/nats-server.ts";

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
});
