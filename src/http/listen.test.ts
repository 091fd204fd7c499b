import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { reverbApi } from "../../test/support/http-api.ts";
import { rawClient } from "../../test/support/raw-client.ts";
import { type RecordingLog, recordingLog } from "../../test/support/recording-log.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { BackbeatError } from "../errors.ts";
import type { HttpLimits } from "./limits.ts";
import { isLoopback, type Listening, type ListenOptions, listen } from "./listen.ts";

interface Started extends Listening {
  readonly log: RecordingLog;
  close(): Promise<void>;
}

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(
  options: Partial<ListenOptions> = {},
  limits: Partial<HttpLimits> = {},
): Promise<Started> {
  const { app } = reverbApi({ limits });
  const log = recordingLog();
  closers.push(() => app.close());
  const at = await listen(app, { port: 0, setting: "--http", log, ...options });
  return { ...at, log, close: () => app.close() };
}

async function refusalOf(options: Partial<ListenOptions>): Promise<BackbeatError> {
  const thrown = await start(options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(BackbeatError);
  return thrown as BackbeatError;
}

async function occupiedPort(): Promise<number> {
  const server: Server = createServer();
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const GET_HEALTH = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";

describe("listen", () => {
  it.each([{}, { host: "localhost" }])(
    "is on loopback by default, on a free port for 0 (%o)",
    async (options) => {
      const { host, port, url, loopback } = await start(options);
      expect(host).toBe("127.0.0.1");
      expect(port).toBeGreaterThan(0);
      expect(url).toBe(`http://127.0.0.1:${port}`);
      expect(loopback).toBe(true);
      const response = await fetch(`${url}/health`);
      expect(await response.json()).toMatchObject({ status: "healthy" });
    },
  );

  it("answers on no other address of this machine", async () => {
    const { port } = await start();
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others) {
      const client = await rawClient(port, address);
      expect(client.closed, address).toBe(true);
    }
  });

  it("is reached under its URL on each loopback address of this machine", async () => {
    const internal = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      // A link-local address wants its interface named, even where that is the loopback.
      .filter(({ internal, address }) => internal && !address.startsWith("fe80:"));
    for (const { address } of internal) {
      const { url, loopback } = await start({ host: address });
      expect(loopback, address).toBe(true);
      expect((await fetch(`${url}/health`)).status, url).toBe(200);
    }
  });

  it("says that all may read when it is told to listen everywhere", async () => {
    const { host, loopback } = await start({ host: "0.0.0.0" });
    expect(host).toBe("0.0.0.0");
    expect(loopback).toBe(false);
  });

  it("names the setting to change when the port is in use", async () => {
    const port = await occupiedPort();
    const { code, message, data } = await refusalOf({ port, setting: "--pulse-http" });
    expect(code).toBe("port-in-use");
    expect(message).toBe(
      `Cannot listen on 127.0.0.1:${port}: the port is in use, expected a free one. ` +
        "Choose another with --pulse-http, or stop the process that has it",
    );
    expect(data).toEqual({ host: "127.0.0.1", port, setting: "--pulse-http" });
  });

  it("names the setting to change when this machine has no such address", async () => {
    const { code, message } = await refusalOf({ host: "192.0.2.1", port: 8080 });
    expect(code).toBe("listen-failed");
    expect(message).toBe("Cannot listen on 192.0.2.1:8080: this machine has no such address. Change --http");
  });

  it("names the setting to change when the host cannot be found", async () => {
    // A label of more than 63 characters is refused without asking anybody.
    const host = "x".repeat(64);
    const { code, message } = await refusalOf({ host, port: 8080 });
    expect(code).toBe("listen-failed");
    expect(message).toBe(`Cannot listen on ${host}:8080: there is no host of this name. Change --http`);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["10.0.0.127", false],
  ])("isLoopback %s is %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe("HTTP limits on a real port", () => {
  const hurried = { headersMs: 100, requestMs: 200, checkEveryMs: 20 };

  it.each([
    ["silence after half a header", "GET /health HTTP/1.1\r\nhost: x\r\nx-slo"],
    ["a body that does not come", "GET /health HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1"],
  ])("closes after %s", async (_what, sent) => {
    const { port } = await start({}, hurried);
    const client = await rawClient(port);
    client.send(sent);
    const received = await client.untilClosed();
    // A GET is answered before its body has come; the connection is not kept for the rest of it.
    expect(received).toMatch(/^HTTP\/1\.1 (408 Request Timeout|200 OK)\r\n/);
  });

  it("says 408 in JSON when headers do not come to an end", async () => {
    const { port } = await start({}, hurried);
    const client = await rawClient(port);
    client.send("GET /health HTTP/1.1\r\n");
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(JSON.parse(received.split("\r\n\r\n")[1] ?? "")).toMatchObject({ error: "request timeout" });
  });

  it("says 431 in JSON to headers that are too large", async () => {
    const { port } = await start({}, { headerBytes: 1_024 });
    const client = await rawClient(port);
    client.send(`GET /health HTTP/1.1\r\nhost: x\r\nx-large: ${"x".repeat(2_000)}\r\n\r\n`);
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(received.split("\r\n\r\n")[1] ?? "")).toMatchObject({ error: "headers too large" });
  });

  it("says 400 in JSON to what is not HTTP", async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send("HELLO?\r\n\r\n");
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*"error":"bad request"/);
  });

  it("refuses a wrong method without waiting for its body", async () => {
    const { port } = await start();
    const client = await rawClient(port);
    client.send("POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\nbegin");
    const received = await client.untilClosed();
    expect(received).toMatch(/^HTTP\/1\.1 405 /);
    expect(received).toContain("\r\nallow: GET, HEAD\r\n");
  });

  it("closes a connection that is kept without a request", async () => {
    const { port } = await start({}, { keepAliveMs: 1 });
    const client = await rawClient(port);
    client.send(GET_HEALTH);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it("closes a connection on which nothing is ever sent", async () => {
    const { port } = await start({}, { idleMs: 50 });
    const client = await rawClient(port);
    expect(await client.untilClosed()).toBe("");
  });

  it("gives a connection up after so many requests", async () => {
    const { port } = await start({}, { requestsPerConnection: 2, keepAliveMs: 1 });
    const client = await rawClient(port);
    // Both at once: nothing hangs on how soon the second follows.
    client.send(GET_HEALTH.repeat(2));
    const received = await client.untilClosed();
    const [, first, second, ...more] = received.split("HTTP/1.1 200 OK");
    expect(first).toMatch(/connection: keep-alive/i);
    expect(second).toMatch(/connection: close/i);
    expect(more).toEqual([]);
  });

  it("closes connections beyond the limit unanswered, and says so once", async () => {
    const { port, log } = await start({ connections: 1 });
    const first = await rawClient(port);
    first.send(GET_HEALTH);
    await waitFor("the first answer", () => first.received.includes('"healthy"'));
    for (const extra of [await rawClient(port), await rawClient(port)])
      expect(await extra.untilClosed()).toBe("");
    expect(log.texts("warn")).toEqual(["More than 1 HTTP connections at once: further ones are closed"]);
    first.cut();
  });

  it("cuts what is open when it closes", async () => {
    const { port, close } = await start();
    const client = await rawClient(port);
    client.send("GET /health HTTP/1.1\r\n");
    await close();
    await client.untilClosed();
  });
});
