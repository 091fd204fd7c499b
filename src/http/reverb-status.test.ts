import { describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";

describe("BACKBEAT-REQ-020 GET /ready of reverb", () => {
  it("is 200 with where the rhythm is", async () => {
    const { get, fake } = reverbApi();
    const { status, body } = await get("/ready");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ready",
      active_windows: 1,
      current_beat: 18,
      current_window_id: fake.status.currentWindowId,
      durability: "best-effort",
      alarms: [{ name: "link-lost", text: "No link to NATS", since: "2030-01-02T03:04:05.678Z" }],
    });
  });

  it("is 503 with the reason", async () => {
    const { get, fake } = reverbApi();
    fake.readiness = { ready: false, reason: "no beat for 3 beats" };
    const { status, body } = await get("/ready");
    expect(status).toBe(503);
    expect(body).toEqual({ status: "not ready", reason: "no beat for 3 beats" });
  });
});

describe("BACKBEAT-REQ-020 GET /api/v1/status of reverb", () => {
  it("has the members that peers know, and ours", async () => {
    const { get, fake } = reverbApi();
    const { status, body } = await get("/api/v1/status");
    expect(status).toBe(200);
    expect(body).toEqual({
      service: "backbeat-reverb",
      cluster_id: "test",
      node_id: "node-1",
      boot_id: null,
      active_windows: 1,
      current_beat: 18,
      current_window_id: fake.status.currentWindowId,
      bar_length: 8,
      window_ttl_seconds: 300,
      max_windows_retained: 100,
      nats_connected: true,
      uptime_seconds: 18.25,
      version: "1.2.3",
      timestamp: "2030-01-02T03:04:05.678Z",
      mode: "core",
      durability: "best-effort",
      tempo_bpm: 60,
      durability_reason: null,
      health: { level: "warning", text: "No link to NATS" },
      agents_reporting: null,
      events: { clients: 0, clients_max: 256 },
      lag_beats: 0.5,
      expected_agents: 3,
      journal: null,
      totals: {
        claims_received: 4,
        frames_received: 18,
        claims: fake.status.totals.claims,
        frames: fake.status.totals.frames,
        bends: fake.status.totals.bends,
        dependencies_cut: 0,
        reports_published: 2,
        reports_dropped: 0,
        reports_withheld: 0,
        windows_forgotten: 0,
        gaps: 1,
        gap_ms: 12.5,
      },
      alarms: [{ name: "link-lost", text: "No link to NATS", since: "2030-01-02T03:04:05.678Z" }],
    });
  });

  it("says null before the first beat, and leaves no member out", async () => {
    const { get, fake } = reverbApi();
    const before = Object.keys((await get("/api/v1/status")).body as object);
    const { currentBeat, currentWindowId, tempoBpm, expectedAgents, ...rest } = fake.status;
    fake.status = rest;
    const { body } = await get("/api/v1/status");
    expect(Object.keys(body as object)).toEqual(before);
    expect(body).toMatchObject({
      current_beat: null,
      current_window_id: null,
      tempo_bpm: null,
      expected_agents: null,
    });
  });
});
