import { describe, expect, it } from "vitest";
import { errorOf, indexes, sdkHouse } from "../../test/support/sdk-house.ts";
import { createDecoder } from "../contracts/decode.ts";
import { settled } from "./testing/fake-clock.ts";

describe("BACKBEAT-REQ-041 Agent.claim", () => {
  it("fills in agent, beat and clock, and resolves when the server has the claim", async () => {
    const house = sdkHouse();
    await house.publish(4, { hlc: "0bad:0001:0001" });
    await house.clock.run(1_000);
    house.broker.freeze();
    let resolved = false;
    const claim = house.agent.claim("executing", { task_id: "build", progress: 0.5 });
    void claim.then(() => {
      resolved = true;
    });
    await settled();
    expect(resolved).toBe(false);
    house.broker.thaw();
    const sent = await claim;
    expect(sent).toEqual({
      type: "backbeat.statusclaim.v1",
      agent_id: "test:agent",
      task_id: "build",
      beat_index: 5,
      state: "executing",
      progress: 0.5,
      hlc: expect.stringMatching(/^[0-9a-f]{4}:[0-9a-f]{4}:[0-9a-f]{4}$/),
    });
    expect(house.claims).toEqual([sent]);
  });

  it("gives the same claim twice two different bodies, both strictly valid", async () => {
    const house = sdkHouse();
    const bodies: Uint8Array[] = [];
    house.peer.subscribe("backbeat.test.status", ({ data }) => bodies.push(data));
    await house.publish(4);
    await Promise.all([house.agent.claim("idle"), house.agent.claim("idle")]);
    const decoder = createDecoder({ mode: "strict" });
    const [first, second] = bodies.map((body) => decoder.claim(body)) as { readonly hlc: string }[];
    expect(first).toMatchObject({ state: "idle" });
    expect(first!.hlc < second!.hlc).toBe(true);
  });

  it("takes another beat where one is given, also before the first was heard", async () => {
    const house = sdkHouse();
    await house.agent.claim("completed", { beat_index: 77, notes: undefined as never });
    expect(house.claims).toEqual([expect.objectContaining({ beat_index: 77 })]);
    expect(house.claims[0]).not.toHaveProperty("notes");
  });

  it("rejects before the first beat with what to do", async () => {
    const error = await errorOf(sdkHouse().agent.claim("idle"));
    expect(error.code).toBe("no-beat");
    expect(error.message).toContain("await firstBeat()");
  });

  it("names every wrong member at once, before anything else", async () => {
    const house = sdkHouse({ connected: false });
    const error = await errorOf(
      house.agent.claim("dancing" as never, {
        progress: 3,
        beats_left: 1.5,
        notes: "x".repeat(257),
        dependencies: ["a b"],
        resources: { cpu_percent: -1 },
        ...({ "od/d~": 1 } as object),
      }),
    );
    expect(error.code).toBe("bad-message");
    const members = error.data.members as readonly string[];
    expect([...members].sort()).toEqual(
      [
        "/beats_left",
        "/dependencies/0",
        "/notes",
        "/od~1d~0",
        "/progress",
        "/resources/cpu_percent",
        "/state",
      ].sort(),
    );
    expect(error.message).toMatch(/^Cannot claim: .*; correct what was given$/);
    expect(error.message).not.toContain("Cannot write");
  });

  it("refuses what cannot be written as JSON, and what is too large for any reader", async () => {
    const house = sdkHouse();
    expect((await errorOf(house.agent.claim("idle", { metadata: { big: 1n } }))).code).toBe("bad-message");
    const huge = { metadata: { text: "x".repeat(70_000) } };
    expect((await errorOf(house.agent.claim("idle", huge))).message).toContain("readers take");
  });

  it("S3 keeps a claim across a lost link, and sends what was not acknowledged again, the same bytes", async () => {
    const house = sdkHouse();
    await house.publish(4);
    house.broker.freeze();
    const underWay = house.agent.claim("executing", { progress: 0.1 });
    await settled();
    house.bus.loseLink();
    const meanwhile = house.agent.claim("executing", { progress: 0.2 });
    house.broker.thaw();
    await house.clock.run(30_000);
    expect(house.claims).toEqual([]);
    house.bus.restoreLink();
    const sent = await Promise.all([underWay, meanwhile]);
    expect(house.claims).toEqual(sent);
    expect(house.agent.health).toMatchObject({
      journal: "journal",
      outbox: { waiting: 0, sent: 0, bytes: 0 },
      claims: { acknowledged: 2, sentAgain: 1, failed: 0 },
    });
  });

  it("refuses what the outbox cannot hold, in clear words, counted and logged, and an unawaited one ends nothing", async () => {
    const house = sdkHouse({ connected: false, settings: { limits: { claimsMax: 2 } } });
    void house.agent.claim("planning", { beat_index: 1 });
    void house.agent.claim("executing", { beat_index: 1 });
    void house.agent.claim("reviewing", { beat_index: 1 });
    const error = await errorOf(house.agent.claim("completed", { beat_index: 1 }));
    expect(error.code).toBe("outbox-full");
    expect(error.message).toContain("the link to NATS is down");
    expect(house.agent.health.claims).toMatchObject({ refusedFull: 2, failed: 2 });
    expect(house.log.texts("warn").join()).toContain("came to nothing");
  });

  it("signs what it sends where there is a key", async () => {
    const signer = {
      sign: (subject: string, body: Uint8Array) => ({ "X-Signed": `${subject} ${body.length}` }),
    };
    const house = sdkHouse({ settings: { signer } });
    const heard: string[] = [];
    house.peer.subscribe("backbeat.test.status", ({ data, headers }) =>
      heard.push(`${headers?.get("X-Signed")} ${data.length}`),
    );
    await house.publish(4);
    await house.agent.claim("idle");
    expect(heard).toEqual([expect.stringMatching(/^backbeat\.test\.status (\d+) \1$/)]);
  });
});

describe("BACKBEAT-REQ-040 Agent.stop", () => {
  it("waits for the claims under way, then is silent for good", async () => {
    const house = sdkHouse();
    await house.publish(4);
    house.broker.freeze();
    const claim = house.agent.claim("completed");
    let stopped = false;
    const stop = house.agent.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);
    house.broker.thaw();
    await Promise.all([stop, claim]);
    expect(house.claims).toHaveLength(1);
    expect((await errorOf(house.agent.claim("idle"))).code).toBe("stopped");
    await house.publish(5);
    await house.clock.run(5_000);
    expect(indexes(house.beats)).toEqual([4]);
    expect(house.clock.pending).toBe(0);
    expect(house.bus.connected).toBe(true);
    await house.agent.stop();
  });

  it("does not wait for ever for a server that is silent", async () => {
    const house = sdkHouse();
    await house.publish(4);
    house.broker.freeze();
    void house.agent.claim("completed").catch(() => undefined);
    const stop = house.agent.stop();
    await house.clock.run(2_000);
    await stop;
  });
});
