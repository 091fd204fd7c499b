import { describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";
import { HTTP_LIMITS } from "./limits.ts";

describe("HTTP limits", () => {
  it("reach Node's server as they stand", async () => {
    const { app } = reverbApi();
    await app.ready();
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxRequestsPerSocket } = app.server;
    expect(headersTimeout).toBe(HTTP_LIMITS.headersMs);
    expect(requestTimeout).toBe(HTTP_LIMITS.requestMs);
    expect(keepAliveTimeout).toBe(HTTP_LIMITS.keepAliveMs);
    expect(timeout).toBe(HTTP_LIMITS.idleMs);
    expect(maxRequestsPerSocket).toBe(HTTP_LIMITS.requestsPerConnection);
    expect(app.initialConfig).toMatchObject({
      bodyLimit: HTTP_LIMITS.bodyBytes,
      forceCloseConnections: true,
    });
  });

  it("leave time for headers before the whole request, and for that before the connection is idle", () => {
    const { headersMs, requestMs, idleMs, checkEveryMs } = HTTP_LIMITS;
    expect(headersMs).toBeLessThan(requestMs);
    expect(requestMs).toBeLessThan(idleMs);
    expect(checkEveryMs).toBeLessThan(headersMs);
  });
});
