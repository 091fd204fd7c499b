import { describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";
import { silentLog } from "../../test/support/recording-log.ts";
import { createHttpApp } from "./http-app.ts";
import { API_HEADERS } from "./security-headers.ts";

describe("Failures", () => {
  it("a handler that throws is a 500 without details, which go to the log", async () => {
    const secret = "nats://user:hunter2@host";
    const { get, log } = reverbApi({
      metricsText: async () => {
        throw new Error(`lost ${secret}`);
      },
    });
    const { status, text, body } = await get("/metrics?token=hunter3");
    expect(status).toBe(500);
    expect(body).toEqual({
      error: "internal error",
      text: "The service could not answer; its log says why",
    });
    expect(text).not.toContain("hunter");
    expect(log.texts("error")).toEqual([`Cannot answer GET /metrics: lost ${secret}`]);
    expect(log.everything()).not.toContain("hunter3");
  });

  it("no failure repeats a value of the request", async () => {
    const { get } = reverbApi();
    for (const path of [
      "/api/v1/windows?limit=hunter2",
      "/api/v1/windows?unknown=hunter2",
      "/api/v1/windows/hunter2",
      "/api/v1/agents?state=hunter2",
      "/hunter2",
      "/hunter2/%zz",
      `/api/v1/agents/hunter2${"x".repeat(400)}`,
    ]) {
      const { status, text } = await get(path);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(text, path).not.toContain("hunter2");
    }
  });

  it("a path that cannot be decoded is a 400 in the usual shape", async () => {
    const { get } = reverbApi();
    const { status, body, headers } = await get("/api/v1/agents/%zz");
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "bad request", mistakes: [{ parameter: "path" }] });
    expect(headers).toMatchObject(API_HEADERS);
  });

  it.each([
    ["not JSON", { "content-type": "application/json" }, "{hunter2", 400, "bad request"],
    ["too large", { "content-type": "application/json" }, "1".repeat(5_000), 413, "body too large"],
    ["of an unknown type", { "content-type": "hunter2/x" }, "x", 415, "unknown content type"],
  ])("a body that is %s is refused in the usual shape", async (_what, headers, payload, status, error) => {
    const app = createHttpApp({ title: "Test", description: "For tests.", version: "1" }, { log: silentLog });
    app.put("/tempo", async () => ({}));
    const { statusCode, body } = await app.inject({ method: "PUT", url: "/tempo", headers, payload });
    expect(statusCode).toBe(status);
    expect(JSON.parse(body)).toEqual({ error, text: expect.stringMatching(/^Cannot answer: /) });
    expect(body).not.toContain("hunter2");
  });
});
