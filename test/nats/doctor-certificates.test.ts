/** What `doctor` says of the certificates on both sides, before they are over and when they are. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, certificateAuthority, type Validity } from "../support/certificates.ts";
import { startTestServer, type TestServer } from "../support/nats-server.ts";
import { runProgram } from "../support/program.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

let authority: CertificateAuthority;

beforeAll(() => {
  authority = certificateAuthority();
});

afterAll(() => authority[Symbol.dispose]());

/** Of a year that ends in some days, and half a day more: no test takes that long. */
function lasting(days: number): Validity {
  const notAfterMs = Date.now() + (days + 0.5) * DAY_MS;
  return { notBeforeMs: notAfterMs - YEAR_MS, notAfterMs };
}

function serve(validity: Validity): Promise<TestServer> {
  const { certFile, keyFile } = authority.issue("server", "DNS:localhost", validity);
  const tls = `cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${authority.caFile}"`;
  return startTestServer({ jetstream: true, config: `tls { ${tls} }` });
}

interface Said {
  readonly check: string;
  readonly level: string;
  readonly found: string;
}

async function doctor(...args: readonly string[]) {
  const { end, stdout } = await runProgram(["doctor", "--json", "--nats-tls-ca", authority.caFile, ...args]);
  const findings = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Said);
  const certificates = findings.filter(({ check }) => check === "certificate");
  return { end, certificates: certificates.map(({ found, level }) => `${level}: ${found}`) };
}

describe("doctor", () => {
  it("BACKBEAT-REQ-020 doctor warns before a certificate of a server of the list or our own one is over", async () => {
    await using fresh = await serve(lasting(90));
    await using late = await serve(lasting(9));
    const own = authority.issue("client", undefined, lasting(5));
    const { certificates, end } = await doctor(
      ...["--nats", `tls://localhost:${fresh.port},tls://localhost:${late.port}`],
      ...["--nats-tls-cert", own.certFile, "--nats-tls-key", own.keyFile],
    );
    expect(certificates).toEqual([
      expect.stringMatching(/^ok: the certificate of tls:\/\/localhost:\d+ \(server\) is good for 90 days/),
      expect.stringMatching(
        /^warning: the certificate of tls:\/\/localhost:\d+ \(server\) is good for 9 days only/,
      ),
      expect.stringMatching(/^warning: our own certificate \(client\) is good for 5 days only/),
    ]);
    expect(end).toBe(0);
  });

  it("BACKBEAT-REQ-020 doctor tells of a server of the list whose certificate is over, though another took us", async () => {
    await using fresh = await serve(lasting(90));
    await using over = await serve(lasting(-3));
    const { certificates, end } = await doctor(
      "--nats",
      `tls://localhost:${fresh.port},tls://localhost:${over.port}`,
      "--wait",
      "60",
    );
    expect(certificates.at(-1)).toMatch(
      /^problem: Cannot connect to .* its certificate expired on .* 2 days ago/,
    );
    expect(end).toBe(1);
  });

  it("BACKBEAT-REQ-020 doctor says nothing of certificates where there is no TLS", async () => {
    await using server = await startTestServer({ jetstream: true });
    const { stdout } = await runProgram(["doctor", "--nats", server.url]);
    expect(stdout).not.toMatch(/certificate/);
  });
});
