import { describe, expect, it } from "vitest";
import { errorOf, sdkHouse } from "../../test/support/sdk-house.ts";

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
