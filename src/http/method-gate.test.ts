import { describe, expect, it } from "vitest";
import { silentLog } from "../../test/support/recording-log.ts";
import { createHttpApp } from "./http-app.ts";

function appWithTempo() {
  const info = { title: "Test", description: "For tests.", version: "1" };
  const app = createHttpApp(info, { log: silentLog });
  app.get("/tempo", async () => ({}));
  app.put("/tempo", async () => ({}));
  app.post("/leader/:node", async () => ({}));
  return app;
}

describe("Method gate", () => {
  it.each([
    ["DELETE", "/tempo", "GET, HEAD, PUT"],
    ["GET", "/leader/a", "POST"],
    ["PROPFIND", "/leader/a?x=/tempo", "POST"],
    ["QUERY", "/tempo", "GET, HEAD, PUT"],
  ])("%s %s is refused with Allow: %s", async (method, url, allow) => {
    const { statusCode, headers, json } = await appWithTempo().inject({ method: method as "GET", url });
    expect(statusCode).toBe(405);
    expect(headers.allow).toBe(allow);
    expect(json()).toEqual({
      error: "method not allowed",
      text: `Cannot answer: this method is not known here, expected one of ${allow}`,
    });
  });

  it.each(["/tempo/x", "/leader", "/leader/a/b", "/temp", "/tempos", "/:node"])(
    "%s is unknown",
    async (url) => {
      const { statusCode, headers } = await appWithTempo().inject({ method: "DELETE", url });
      expect(statusCode).toBe(404);
      expect(headers.allow).toBeUndefined();
    },
  );

  it("gives up a connection only where a body may follow", async () => {
    const app = appWithTempo();
    const connectionOf = async (method: "GET" | "POST", url: string) =>
      (await app.inject({ method, url })).headers.connection;
    expect(await connectionOf("GET", "/nope")).toBe("keep-alive");
    expect(await connectionOf("POST", "/nope")).toBe("close");
    expect(await connectionOf("POST", "/tempo")).toBe("close");
  });
});
