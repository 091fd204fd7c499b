/** What a server with TLS writes to its log about us: nothing, while nothing is wrong. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectAgent } from "../../src/sdk/index.ts";
import { type CertificateAuthority, certificateAuthority } from "../support/certificates.ts";
import { NatsDoors } from "../support/nats-doors.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { silentLog } from "../support/recording-log.ts";
import { waitFor } from "../support/wait-for.ts";

const LINE = /TLS handshake error/;

let authority: CertificateAuthority;
let server: TestServer;
let dir: string;

beforeAll(async () => {
  authority = certificateAuthority();
  dir = mkdtempSync(join(tmpdir(), "backbeat-tls-log-"));
  const { certFile, keyFile } = authority.issue("server", "DNS:localhost");
  server = await startTestServer({
    jetstream: true,
    config: `tls { cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${authority.caFile}", verify: true }`,
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  authority[Symbol.dispose]();
});

/** The lines of a server's log about handshakes, without the one of a client that goes after the greeting: ours, which comes last. */
async function handshakeErrors({ log, port }: TestServer): Promise<readonly string[]> {
  const errors = () => log().filter((line) => LINE.test(line));
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "data");
  socket.destroy();
  const local = await waitFor("the line of a client that just goes", () => errors().at(-1));
  return errors().filter((line) => line !== local);
}

function environment(): Readonly<Record<string, string>> {
  const { certFile, keyFile } = authority.issue("client");
  return {
    BACKBEAT_NATS: `tls://localhost:${server.port}`,
    BACKBEAT_NATS_TLS_CA: authority.caFile,
    BACKBEAT_NATS_TLS_CERT: certFile,
    BACKBEAT_NATS_TLS_KEY: keyFile,
    BACKBEAT_DATA_DIR: dir,
  };
}

describe("a server with TLS", () => {
  it("BACKBEAT-REQ-020 every program of ours connects and goes without an error in the server's log", async () => {
    const env = environment();
    {
      await using pulse = startProgram(["pulse", "--tempo", "240", "--http", "127.0.0.1:0"], { env });
      await using reverb = startProgram(["reverb", "--http", "127.0.0.1:0"], { env });
      for (const one of [pulse, reverb])
        await waitFor("the link", () => /Connected to NATS/.test(one.stderr()));
      const claim = await runProgram(["claim", "idle", "--agent", "a:1", "--wait", "60"], { env });
      expect(claim).toMatchObject({ end: 0 });
      const exec = await runProgram(["exec", "--agent", "a:2", "--", "true"], { env });
      expect(exec).toMatchObject({ end: 0 });
      for (const args of [["doctor"], ["reports"], ["journal"]]) await runProgram(args, { env });
      for (const one of [pulse, reverb]) one.kill("SIGTERM");
      await Promise.all([pulse.ended, reverb.ended]);
    }
    expect(await handshakeErrors(server)).toEqual([]);
  });

  it("BACKBEAT-REQ-040 an agent of the SDK connects and goes without an error in the server's log", async () => {
    const agent = connectAgent(`tls://localhost:${server.port}`, {
      clusterId: "local",
      agentId: "a:3",
      log: silentLog,
      nats: { tls: { caFile: authority.caFile, ...authority.issue("client") } },
    });
    await waitFor("the link", () => agent.health.connected);
    await agent.stop();
    expect(await handshakeErrors(server)).toEqual([]);
  });

  it("BACKBEAT-REQ-020 NatsBus goes with a whole handshake from a server that it does not trust", async () => {
    await using doors = new NatsDoors();
    const { certFile, keyFile } = authority.issue("server", "DNS:localhost");
    const stranger = await doors.serve(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`);
    await doors.complains(`tls://localhost:${stranger.port}`);
    await doors.complains(`tls://localhost:${stranger.port}`, { tls: { caFile: "/absent.pem" } });
    await doors.complains(`tls://127.0.0.1:${stranger.port}`, { tls: { caFile: authority.caFile } });
    await doors.closeBuses();
    expect(await handshakeErrors(stranger)).toEqual([]);
  });
});
