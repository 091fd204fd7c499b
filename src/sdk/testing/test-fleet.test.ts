import { describe, expect, it } from "vitest";
import { createDecoder } from "../../contracts/decode.ts";
import { windowIdOf } from "../../contracts/window-id.ts";
import { testFleet } from "./test-fleet.ts";

const REPORT = {
  window_id: windowIdOf("test", 1),
  from_beat: 1,
  to_beat: 8,
  agents_reporting: 1,
  on_time_reviews: 0,
  help_promises_fulfilled: 0,
  secret_rotations_ok: true,
  tempo_drift_ms: 0,
};

describe("BACKBEAT-REQ-040 testFleet", () => {
  it("plays beats one beat length after the other, with bars and tempo as asked for", async () => {
    const fleet = testFleet({ clusterId: "lab", tempoBpm: 120, barLength: 3 });
    const agent = fleet.agent("lab:1");
    const told: string[] = [];
    agent.onBeat(({ downbeat, heard, index, phase }) => {
      told.push(`${index} ${phase} ${downbeat} ${heard}`);
    });
    await fleet.play(4);
    expect(told).toEqual([
      "1 plan true true",
      "2 execute false true",
      "3 review false true",
      "4 plan true true",
    ]);
    expect(agent.currentWindow()).toBe(windowIdOf("lab", 4));
    expect(agent.currentTempo()).toBe(120);
    expect(fleet.beat).toBe(4);
  });

  it("keeps what is claimed, as it would be on the wire", async () => {
    const fleet = testFleet();
    const agent = fleet.agent("a:1");
    await fleet.play();
    await agent.task("t", () => undefined);
    const decoder = createDecoder({ mode: "strict" });
    const read = fleet.claims.map((claim) => decoder.claim(new TextEncoder().encode(JSON.stringify(claim))));
    expect(read).toEqual(fleet.claims);
    await agent.stop();
    expect(fleet.claims.map(({ state }) => state)).toEqual(["executing", "completed"]);
  });

  it("is silent when it is told to, and beats on where the timeline is", async () => {
    const fleet = testFleet();
    const agent = fleet.agent("a:1");
    await fleet.play(2);
    await fleet.pass(5_500);
    expect(agent.health.state).toBe("degraded");
    await fleet.play();
    expect(agent.now).toMatchObject({ index: 8, heard: true, degraded: false });
  });

  it("publishes reports, and cuts and mends links", async () => {
    const fleet = testFleet();
    const agent = fleet.agent("a:1");
    const heard: number[] = [];
    agent.onReport(({ from_beat }) => heard.push(from_beat));
    await fleet.report(REPORT);
    expect(heard).toEqual([1]);
    fleet.disconnect();
    const claim = agent.claim("idle", { beat_index: 1 });
    await fleet.report({ ...REPORT, from_beat: 9, to_beat: 16, window_id: windowIdOf("test", 9) });
    expect([fleet.claims.length, heard.length]).toEqual([0, 1]);
    fleet.reconnect();
    await claim;
    expect(fleet.claims).toHaveLength(1);
  });
});
