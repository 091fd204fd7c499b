import { describe, expect, it } from "vitest";
import { METRICS_TEXT, pulseApi, reverbApi } from "../../test/support/http-api.ts";

describe.each([
  ["reverb", reverbApi],
  ["pulse", pulseApi],
] as const)("Probes of %s", (name, api) => {
  const who = {
    service: `backbeat-${name}`,
    cluster_id: "test",
    node_id: "node-1",
    timestamp: "2030-01-02T03:04:05.678Z",
  };

  it("GET /health says that the process works", async () => {
    const { get } = api();
    const { status, body } = await get("/health");
    expect(status).toBe(200);
    expect(body).toEqual({ status: "healthy", ...who });
  });

  it("GET /health is 503 with the reason when the process is wedged", async () => {
    const { get } = api({ wedged: () => "the event loop stood still for 12 s" });
    const { status, body } = await get("/health");
    expect(status).toBe(503);
    expect(body).toEqual({ status: "unhealthy", ...who, reason: "the event loop stood still for 12 s" });
  });

  it("GET /metrics is the given text, as Prometheus wants it", async () => {
    const { get } = api();
    const { status, text, headers } = await get("/metrics");
    expect(status).toBe(200);
    expect(text).toBe(METRICS_TEXT);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it.each(["/health", "/ready", "/metrics", "/openapi.json", "/"])(
    "GET %s takes any query: others have written its clients",
    async (path) => {
      const { get } = api();
      expect((await get(`${path}?verbose=1`)).status).toBe(200);
    },
  );
});
