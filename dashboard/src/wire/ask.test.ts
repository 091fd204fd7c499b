import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, query } from "./ask.ts";

describe("ask", () => {
  let server: Server;
  let url = "";
  const asked: string[] = [];

  beforeEach(async () => {
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/slow") return;
      response.statusCode = request.url === "/gone" ? 404 : 200;
      response.end(request.url === "/odd" ? "<html>" : '{"error":"no","text":"No such agent"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("gives the body, or the reason that was given", async () => {
    expect(await ask(`${url}/fine`)).toEqual({
      kind: "answer",
      body: { error: "no", text: "No such agent" },
    });
    expect(await ask(`${url}/gone`)).toEqual({ kind: "refused", status: 404, text: "No such agent" });
  });

  it("takes what is no JSON, and nobody, for unreachable", async () => {
    expect(await ask(`${url}/odd`)).toEqual({ kind: "unreachable" });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(`${url}/fine`)).toEqual({ kind: "unreachable" });
  });

  it("says when it was dropped", async () => {
    const controller = new AbortController();
    const answer = ask(`${url}/slow`, controller.signal);
    controller.abort();
    expect(await answer).toEqual({ kind: "dropped" });
  });
});

describe("query", () => {
  it("names only what is given, encoded", () => {
    expect(query({ state: "blocked", search: "", limit: 50, group: undefined })).toBe(
      "?state=blocked&limit=50",
    );
    expect(query({ search: "a&b:c" })).toBe("?search=a%26b%3Ac");
    expect(query({ search: "" })).toBe("");
  });
});
