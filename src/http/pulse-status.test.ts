import { describe, expect, it } from "vitest";
import { pulseApi } from "../../test/support/http-api.ts";

const ALARM = { name: "duplicate-node-id", text: "Another has our id" };

describe("BACKBEAT-REQ-002 GET /ready of a pulse", () => {
  it("is 200 with where the rhythm is, and what stands all the same", async () => {
    const { get, fake } = pulseApi();
    const { status, body } = await get("/ready");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ready",
      current_beat: 18,
      current_window_id: fake.status.windowId,
      epoch: 1,
      alarms: [ALARM],
    });
  });

  it("is 503 with the reason", async () => {
    const { get, fake } = pulseApi();
    fake.readiness = { ready: false, reason: "the link is down" };
    const { status, body } = await get("/ready");
    expect(status).toBe(503);
    expect(body).toEqual({ status: "not ready", reason: "the link is down" });
  });
});

describe("BACKBEAT-REQ-002 GET /api/v1/status of a pulse", () => {
  it("tells the timeline, the next beat and the sums", async () => {
    const { get, fake } = pulseApi();
    const { status, body } = await get("/api/v1/status");
    expect(status).toBe(200);
    expect(body).toEqual({
      service: "backbeat-pulse",
      cluster_id: "test",
      node_id: "node-1",
      boot_id: "boot-1",
      current_beat: 18,
      current_window_id: fake.status.windowId,
      epoch: 1,
      bar_from: 17,
      bar_length: 8,
      tempo_bpm: 60,
      next_beat: 19,
      next_beat_due_at: "2030-01-02T03:04:06.078Z",
      expected_agents: 3,
      nats_connected: true,
      uptime_seconds: 18.25,
      version: "1.2.3",
      timestamp: "2030-01-02T03:04:05.678Z",
      totals: { published: 15, skipped: 2, unsent: 1, unstored: 0, answered: 4 },
      alarms: [ALARM],
    });
  });

  it("says null before its first beat", async () => {
    const { get, fake } = pulseApi();
    const { boot, currentBeat, expectedAgents, ...rest } = fake.status;
    fake.status = rest;
    expect((await get("/api/v1/status")).body).toMatchObject({
      boot_id: null,
      current_beat: null,
      expected_agents: null,
    });
  });
});

describe("BACKBEAT-PER-003 GET /api/v1/drift", () => {
  it("tells how late beats left", async () => {
    const { get } = pulseApi();
    const { status, body } = await get("/api/v1/drift");
    expect(status).toBe(200);
    expect(body).toEqual({ beats: 15, last_late_ms: 0.25, mean_late_ms: 0.5, max_late_ms: 3 });
  });
});
