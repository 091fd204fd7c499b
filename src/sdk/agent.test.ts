import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeBroker } from "../../test/support/fake-bus.ts";
import { FAKE_WALL_START_MS, FakeClock, settled } from "../../test/support/fake-clock.ts";
import { CLUSTER, frameOf } from "../../test/support/messages.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import { sdkHouse } from "../../test/support/sdk-house.ts";
import { createDecoder } from "../contracts/decode.ts";
import { windowIdOf } from "../contracts/window-id.ts";
import type { BackbeatError } from "../errors.ts";
import { runAgent } from "./agent.ts";
import { CLAIMS_UNDER_WAY_MAX } from "./claims.ts";

const indexes = (beats: readonly { readonly index: number }[]) => beats.map(({ index }) => index);

async function errorOf(promise: Promise<unknown>): Promise<BackbeatError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === undefined) throw new Error("it did not reject");
  return thrown as BackbeatError;
}

describe("BACKBEAT-REQ-040 runAgent hears beats", () => {
  it("knows no beat before the first frame", () => {
    const { agent } = sdkHouse();
    expect(agent.now).toBeUndefined();
  });

  it("asks for the newest frame at once, and tells the current beat when it is answered", async () => {
    // Half of beat 3 is over: its deadline is half a second away.
    const deadline_at = new Date(FAKE_WALL_START_MS + 500).toISOString();
    const house = sdkHouse({ before: ({ answerWith }) => answerWith(3, { deadline_at }) });
    expect(await house.agent.firstBeat(1_000)).toMatchObject({ index: 3, barFrom: 1, tempoBpm: 60 });
    expect(indexes(house.beats)).toEqual([3]);
    await house.clock.run(499);
    expect(house.agent.now?.index).toBe(3);
    await house.clock.run(1);
    expect(house.agent.now?.index).toBe(4);
  });

  it("asks again when the link comes back, and when it comes up later than the agent", async () => {
    const house = sdkHouse({ connected: false, before: ({ answerWith }) => answerWith(5) });
    await settled();
    expect(house.agent.now).toBeUndefined();
    house.bus.restoreLink();
    await settled();
    expect(house.agent.now?.index).toBe(5);
  });

  it("asks again, ever less often, until a frame was heard", async () => {
    const askedAtMs: number[] = [];
    const house = sdkHouse();
    const startMs = house.clock.monotonicMs();
    house.peer.subscribe("backbeat.test.now", () => askedAtMs.push(house.clock.monotonicMs() - startMs));
    house.bus.request = (subject, body) => {
      house.bus.publish(subject, body);
      return Promise.resolve(undefined);
    };
    await house.clock.run(8_000);
    // The first question found nobody.
    expect(askedAtMs).toEqual([500, 1_500, 3_500, 7_500]);
    await house.publish(1);
    await house.clock.run(60_000);
    expect(askedAtMs).toHaveLength(4);
  });

  it("tells each beat once, when its frame is heard, with what the frame says", async () => {
    const house = sdkHouse();
    await house.play(7, 9);
    expect(house.beats).toEqual([
      {
        index: 7,
        windowId: windowIdOf(CLUSTER, 1),
        barFrom: 1,
        phase: "plan",
        tempoBpm: 60,
        heard: true,
        downbeat: false,
        missed: 0,
      },
      expect.objectContaining({ index: 8, downbeat: false }),
      expect.objectContaining({ index: 9, downbeat: true, windowId: windowIdOf(CLUSTER, 9), barFrom: 9 }),
    ]);
    expect(indexes(house.downbeats)).toEqual([9]);
  });

  it("tells a beat whose frame is lost after the jitter tolerance, and says that it was not heard", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(49);
    expect(indexes(house.beats)).toEqual([2, 3]);
    await house.clock.run(1);
    expect(house.beats.at(-1)).toMatchObject({ index: 4, heard: false, missed: 0, phase: "execute" });
    await house.clock.run(950);
    await house.publish(5);
    expect(indexes(house.beats)).toEqual([2, 3, 4, 5]);
  });

  it("tells a beat once also when its frame comes after the tolerance", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(300);
    await house.publish(4);
    await house.clock.run(600);
    expect(indexes(house.beats)).toEqual([2, 3, 4]);
  });

  it("waits as long for a frame as the settings say, and a fast beat never for more than a quarter of it", async () => {
    const patient = sdkHouse({ settings: { jitterToleranceMs: 200 } });
    await patient.play(2, 3);
    await patient.clock.run(199);
    expect(patient.beats).toHaveLength(2);
    await patient.clock.run(1);
    expect(patient.beats).toHaveLength(3);
    const fast = sdkHouse();
    await fast.publish(2, { beatDurationMs: 100 });
    await fast.clock.run(124);
    expect(fast.beats).toHaveLength(1);
    await fast.clock.run(1);
    expect(fast.beats).toHaveLength(2);
  });

  it("knows the bar of a beat that it did not hear, but not the name of a bar that it did not hear", async () => {
    const house = sdkHouse();
    await house.play(7, 8);
    await house.clock.run(50);
    expect(house.beats.at(-1)).toMatchObject({
      index: 9,
      downbeat: true,
      barFrom: 9,
      windowId: undefined,
      heard: false,
    });
    expect(indexes(house.downbeats)).toEqual([9]);
    await house.clock.run(950);
    await house.publish(10);
    expect(house.beats.at(-1)?.windowId).toBe(windowIdOf(CLUSTER, 9));
    expect(indexes(house.downbeats)).toEqual([9]);
  });

  it("knows of a silent pulse that announces no bars no more than was heard", async () => {
    const house = sdkHouse({ announcesBars: false });
    await house.publish(9);
    expect(house.agent.now).toMatchObject({ index: 9, barFrom: 9, phase: "plan" });
    await house.clock.run(1_050);
    expect(house.agent.now).toMatchObject({
      index: 10,
      barFrom: undefined,
      phase: undefined,
      windowId: undefined,
    });
  });

  it("tells a downbeat late when its frame was lost and only the next one shows the new bar", async () => {
    const house = sdkHouse({ announcesBars: false });
    await house.play(7, 8);
    await house.clock.run(1_000);
    await house.publish(10);
    expect(indexes(house.downbeats)).toEqual([10]);
    await house.clock.run(1_000);
    await house.publish(11);
    expect(indexes(house.downbeats)).toEqual([10]);
  });

  it("after standing still tells one beat and how many it missed, from what arrived meanwhile", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    // The process stands still for five beats; their frames wait in the socket.
    house.clock.stall(5_200);
    for (let beat = 4; beat <= 9; beat += 1) house.peer.publish("backbeat.test.beat", bodyOf(beat));
    await house.clock.run(0);
    expect(house.beats.slice(2)).toEqual([
      expect.objectContaining({ index: 9, missed: 5, heard: true, windowId: windowIdOf(CLUSTER, 9) }),
    ]);
    expect(indexes(house.downbeats)).toEqual([9]);
    await house.clock.run(0);
    expect(house.beats).toHaveLength(3);

    function bodyOf(beat: number): Uint8Array {
      return new TextEncoder().encode(JSON.stringify(frameOf(beat)));
    }
  });

  it("follows a pulse that begins a new timeline, also to a lower index", async () => {
    const house = sdkHouse();
    await house.play(50, 51);
    await house.clock.run(2_000);
    expect(indexes(house.beats)).toEqual([50, 51, 52, 53]);
    await house.publish(52, { metadata: { epoch: 2 } });
    await house.clock.run(1_000);
    await house.publish(53, { metadata: { epoch: 2 } });
    expect(indexes(house.beats)).toEqual([50, 51, 52, 53, 52, 53]);
    expect(house.agent.now?.index).toBe(53);
  });

  it("says once that it counts without frames, and once that they are back", async () => {
    const house = sdkHouse();
    await house.play(2, 3);
    await house.clock.run(10_000);
    expect(house.log.texts("warn")).toEqual([
      "No frame of cluster test for 3 beats: counting on by the last known timeline; is its pulse running?",
    ]);
    await house.publish(14);
    expect(house.log.texts("info")).toEqual(["Beats of cluster test are heard again"]);
  });

  it("ignores frames of another cluster and what is no frame, and says so at a bounded rate", async () => {
    const house = sdkHouse();
    for (let time = 0; time < 100; time += 1) await house.publish(time + 1, { cluster_id: "other" });
    house.peer.publish("backbeat.test.beat", new TextEncoder().encode("{"));
    await settled();
    expect(house.agent.now).toBeUndefined();
    expect(house.log.texts("warn")).toEqual([
      "A frame on backbeat.test.beat was refused: it is of cluster other",
    ]);
  });

  it("invariant P1: tells rising indexes, each once, and accounts for all of them, whatever is lost or stalls", async () => {
    const step = fc.record({
      lost: fc.boolean(),
      lateMs: fc.integer({ min: 0, max: 900 }),
      stallBeats: fc.constantFrom(0, 0, 0, 0, 3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const house = sdkHouse();
        await house.publish(1);
        let beat = 1;
        for (const { lost, lateMs, stallBeats } of steps) {
          house.clock.stall(stallBeats * 1_000);
          beat += 1 + stallBeats;
          await house.clock.run(1_000);
          await house.clock.run(lateMs);
          if (!lost) await house.publish(beat);
          await house.clock.run(1_000 - lateMs);
          beat += 1;
        }
        const told = house.beats;
        for (const [place, { index, missed }] of told.slice(1).entries()) {
          expect(index).toBe(told[place]!.index + missed + 1);
        }
        await house.agent.stop();
        expect(house.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("BACKBEAT-REQ-040 runAgent and its listeners", () => {
  it("goes on when a listener throws, rejects or never returns, and says so at a bounded rate", async () => {
    const house = sdkHouse();
    const order: string[] = [];
    house.agent.onBeat(() => {
      throw new Error("thrown");
    });
    house.agent.onBeat(async () => {
      throw new Error("rejected");
    });
    house.agent.onBeat(() => new Promise(() => undefined));
    house.agent.onBeat(({ index }) => order.push(`last ${index}`));
    await house.play(1, 5);
    expect(order).toEqual([1, 2, 3, 4, 5].map((index) => `last ${index}`));
    expect(house.log.texts("error")).toEqual(["A listener to beats failed: thrown"]);
    await house.clock.run(10_000);
    const second = house.log.lines.filter(({ level }) => level === "error").at(-1);
    expect(second?.data?.keptBack).toBeGreaterThan(8);
  });

  it("stops telling a listener that was taken away, also while beats are told", async () => {
    const house = sdkHouse();
    const heard: string[] = [];
    const off = house.agent.onBeat(() => {
      heard.push("first");
      off();
      offOther();
    });
    const offOther = house.agent.onBeat(() => heard.push("second"));
    await house.play(1, 2);
    off();
    expect(heard).toEqual(["first"]);
  });
});

describe("BACKBEAT-REQ-040 Agent.firstBeat", () => {
  it("resolves at once where a beat is known, with the current one", async () => {
    const house = sdkHouse();
    await house.publish(4);
    await house.clock.run(2_000);
    expect((await house.agent.firstBeat(1)).index).toBe(6);
  });

  it("says for what it waits and how long at most", () => {
    const house = sdkHouse();
    void house.agent.firstBeat(5_000);
    expect(house.log.texts("info")).toEqual([
      "Waiting for a beat of cluster test on backbeat.test.beat, at most 5 s",
    ]);
  });

  it("rejects after its time with what to do, and leaves no timer", async () => {
    const house = sdkHouse();
    const error = errorOf(house.agent.firstBeat(5_000));
    await house.clock.run(5_000);
    expect(await error).toMatchObject({ code: "no-beat", data: { clusterId: "test", connected: true } });
    expect((await error).message).toBe(
      "Cannot hear a beat of cluster test: none came on backbeat.test.beat within 5 s and nobody answered on backbeat.test.now; start a pulse (backbeat pulse --cluster test), check the cluster's name, or wait for longer than a beat",
    );
    await house.agent.stop();
    expect(house.clock.pending).toBe(0);
  });

  it("tells a link that is down from a pulse that is missing, and from frames that cannot be used", async () => {
    const down = sdkHouse({ connected: false });
    const noLink = errorOf(down.agent.firstBeat(1_500));
    await down.clock.run(1_500);
    expect((await noLink).message).toContain("NATS was not reached within 1.5 s");
    const foreign = sdkHouse();
    const noUse = errorOf(foreign.agent.firstBeat(2_000));
    await foreign.publish(1, { cluster_id: "other" });
    await foreign.clock.run(2_000);
    expect((await noUse).message).toContain(
      "what came within 2 s could not be used (1 in all), the last because it is of cluster other",
    );
  });

  it("rejects when the agent is stopped", async () => {
    const house = sdkHouse();
    const waiting = errorOf(house.agent.firstBeat(5_000));
    await house.agent.stop();
    expect((await waiting).code).toBe("stopped");
    expect((await errorOf(house.agent.firstBeat(1))).code).toBe("stopped");
  });
});

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

  it("rejects at once when the link is down, and when it is lost before the server answers", async () => {
    const house = sdkHouse();
    await house.publish(4);
    house.broker.freeze();
    const underWay = errorOf(house.agent.claim("executing"));
    house.bus.loseLink();
    expect(await underWay).toMatchObject({ code: "nats-unreachable" });
    expect((await underWay).message).toContain("may be lost");
    const error = await errorOf(house.agent.claim("executing"));
    expect(error.code).toBe("nats-unreachable");
    expect(error.message).toContain("was not sent");
  });

  it("holds no more claims under way than it says, and takes new ones when the server has answered", async () => {
    const house = sdkHouse();
    await house.publish(4);
    house.broker.freeze();
    const claims = Array.from({ length: CLAIMS_UNDER_WAY_MAX }, () => house.agent.claim("executing"));
    expect((await errorOf(house.agent.claim("executing"))).code).toBe("too-many-claims");
    house.broker.thaw();
    await Promise.all(claims);
    await house.agent.claim("executing");
    expect(house.claims).toHaveLength(CLAIMS_UNDER_WAY_MAX + 1);
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

describe("BACKBEAT-REQ-040 runAgent settings", () => {
  it("tells every mistake at once", () => {
    const ports = { bus: fakeBroker().connect(), clock: new FakeClock(), log: silentLog };
    const start = () => runAgent({ clusterId: "a.b", agentId: "a b", jitterToleranceMs: -1 }, ports);
    expect(start).toThrow(
      'Cannot start an agent: clusterId is "a.b", expected 1 to 64 letters, digits, _ or -; agentId is "a b", expected 1 to 128 letters, digits, _, : or -; jitterToleranceMs is -1, expected milliseconds, 0 or more',
    );
  });
});
