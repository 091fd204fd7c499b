import { describe, expect, it } from "vitest";
import { claimBody, frameBody } from "../support/messages.ts";
import { startTestServer } from "../support/nats-server.ts";
import { startRealReverb, subjects } from "../support/real-reverb.ts";
import { waitFor } from "../support/wait-for.ts";

describe("an outage of nats-server", () => {
  it("BACKBEAT-REQ-021 across a downbeat: one report after reconnect, with intake_gap", async () => {
    await using server = await startTestServer();
    await using running = await startRealReverb(server.url, { graceMs: 0 });
    const { peer, reports, reverb } = running;
    for (let beat = 1; beat <= 8; beat += 1) peer.publish(subjects.beat, frameBody(beat));
    peer.publish(subjects.status, claimBody("ci:1", 8));
    await waitFor("the claim", () => reverb.view.status().totals.claims.counted === 1);

    await server.kill("SIGKILL");
    await waitFor("the loss", () => !running.bus.connected && !peer.connected);
    expect(reverb.view.ready()).toEqual({ ready: false, reason: "NATS is not connected" });
    expect(peer.publish(subjects.beat, frameBody(9))).toBe(false);
    await server.restart();
    await waitFor("the link", () => running.bus.connected && peer.connected);
    await running.bus.flush();

    for (let beat = 10; beat <= 17; beat += 1)
      peer.publish(subjects.beat, frameBody(beat, { metadata: { bar_from: beat < 17 ? 9 : 17 } }));
    await waitFor("two reports", () => reports.length === 2);
    const gaps = reports.map(
      (report) => report.issues?.find((issue) => issue.category === "intake_gap")?.count,
    );
    expect(reports.map((report) => [report.from_beat, report.to_beat, report.agents_reporting])).toEqual([
      [1, 8, 1],
      [9, 16, 0],
    ]);
    expect(gaps[0]).toBeGreaterThan(0);
    expect(gaps[1]).toBe(gaps[0]);
  });
});
