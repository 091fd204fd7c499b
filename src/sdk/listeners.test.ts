import { describe, expect, it } from "vitest";
import { silentLog } from "../../test/support/recording-log.ts";
import { sdkHouse } from "../../test/support/sdk-house.ts";
import { CALLS_RUNNING_MAX } from "./listeners.ts";
import { runAgent } from "./running-agent.ts";
import { fakeBroker } from "./testing/fake-bus.ts";
import { FakeClock } from "./testing/fake-clock.ts";

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

  it("counts what failed and what is still running, and does not call who never ends without end", async () => {
    const house = sdkHouse();
    const ends: (() => void)[] = [];
    let calls = 0;
    house.agent.onBeat(() => {
      calls += 1;
      return new Promise<void>((resolve) => ends.push(resolve));
    });
    house.agent.onDownbeat(() => Promise.reject(new Error("rejected")));
    await house.play(1, CALLS_RUNNING_MAX + 10);
    expect(calls).toBe(CALLS_RUNNING_MAX);
    expect(house.agent.health.callbacks).toEqual({ failed: 10, skipped: 10, running: CALLS_RUNNING_MAX });
    expect(house.log.texts("error").join()).toContain("64 calls of it have not ended");
    for (const end of ends) end();
    await house.play(CALLS_RUNNING_MAX + 11, CALLS_RUNNING_MAX + 11);
    expect(calls).toBe(CALLS_RUNNING_MAX + 1);
  });

  it("is not ended by what has no text, nor by a log that throws", async () => {
    const house = sdkHouse();
    let calls = 0;
    house.agent.onBeat(() => {
      throw Object.create(null);
    });
    house.agent.onBeat(() => Promise.reject(Object.create(null)));
    house.agent.onBeat(() => {
      calls += 1;
    });
    house.log.error = () => {
      throw new Error("the log is full");
    };
    await house.play(1, 3);
    expect(calls).toBe(3);
    expect(house.agent.health.callbacks.failed).toBe(6);
  });

  it("does not count a claim that a listener returns as a call that never ends", async () => {
    const house = sdkHouse();
    await house.publish(1);
    house.agent.onBeat(() => house.agent.claim("executing"));
    house.bus.loseLink();
    await house.clock.run(100_000);
    expect(house.agent.health.outbox.waiting).toBeGreaterThan(90);
    expect(house.agent.health.callbacks).toEqual({ failed: 0, skipped: 0, running: 0 });
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

describe("BACKBEAT-REQ-040 runAgent settings", () => {
  it("tells every mistake at once", () => {
    const ports = { bus: fakeBroker().connect(), clock: new FakeClock(), log: silentLog };
    const start = () =>
      runAgent(
        {
          clusterId: "a.b",
          agentId: "a b",
          jitterToleranceMs: -1,
          limits: { claimsMax: 0 },
          signer: { agentId: "other", sign: () => ({}) },
        },
        ports,
      );
    expect(start).toThrow(
      'Cannot start an agent: clusterId is "a.b", expected 1 to 64 letters, digits, _ or -; agentId is "a b", expected 1 to 128 letters, digits, _, : or -; jitterToleranceMs is -1, expected milliseconds, 0 or more; signer signs for "other", expected the agent itself, "a b"; limits.claimsMax is 0, expected a number above 0',
    );
  });
});
