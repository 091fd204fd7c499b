import { describe, expect, it } from "vitest";
import { CLUSTER } from "../../test/support/messages.ts";
import { sdkHouse } from "../../test/support/sdk-house.ts";
import { type BarReport, windowIdOf } from "../contracts/index.ts";
import { reportHeaders } from "../contracts/report-headers.ts";
import { settled } from "./testing/fake-clock.ts";

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function reportOf(fromBeat: number): BarReport {
  return {
    type: "backbeat.barreport.v1",
    window_id: windowIdOf(CLUSTER, fromBeat),
    from_beat: fromBeat,
    to_beat: fromBeat + 7,
    agents_reporting: 1,
    on_time_reviews: 0,
    help_promises_fulfilled: 0,
    secret_rotations_ok: true,
    tempo_drift_ms: 0,
  };
}

describe("BACKBEAT-REQ-021 Agent.onReport", () => {
  it("tells each report, from the first listener on, and refuses what is none", async () => {
    const house = sdkHouse();
    const heard: number[] = [];
    house.peer.publish("backbeat.test.reverb", bytesOf(reportOf(1)));
    await settled();
    const off = house.agent.onReport((report) => {
      heard.push(report.from_beat);
      throw new Error("a listener's own trouble");
    });
    house.peer.publish("backbeat.test.reverb", bytesOf(reportOf(9)));
    house.peer.publish("backbeat.test.reverb", bytesOf({ type: "nonsense" }));
    await settled();
    off();
    house.peer.publish("backbeat.test.reverb", bytesOf(reportOf(17)));
    await settled();
    expect(heard).toEqual([9]);
    expect(house.agent.health).toMatchObject({
      callbacks: { failed: 1 },
      reportsMissed: 0,
      reportsRefused: 1,
    });
  });

  it("counts what was missed where it cannot be read", async () => {
    const house = sdkHouse();
    house.agent.onReport(() => undefined);
    const facts = {
      algorithm: 1,
      chain: "c",
      profile: "p",
      claims: 1,
      firstSeq: 1,
      lastSeq: 2,
      replayFrom: { seq: 1 },
    };
    for (const [prev, fromBeat] of [
      ["a".repeat(64), 1],
      ["b".repeat(64), 25],
    ] as const) {
      const body = bytesOf(reportOf(fromBeat));
      house.peer.publish("backbeat.test.reverb", body, { headers: reportHeaders({ ...facts, prev }, body) });
    }
    await settled();
    expect(house.agent.health.reportsMissed).toBe(1);
  });
});
