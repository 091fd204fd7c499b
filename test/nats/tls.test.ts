/** TLS against a real server: whom we trust, what we show, and what the operator reads when it fails. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, certificateAuthority } from "../support/certificates.ts";
import { NatsDoors } from "../support/nats-doors.ts";

const doors = new NatsDoors();
let authority: CertificateAuthority;

beforeAll(() => {
  authority = certificateAuthority();
});

afterEach(() => doors.closeAll());

afterAll(() => authority[Symbol.dispose]());

describe("NatsBus over TLS", () => {
  const tls = (names: string, more = "") => {
    const { certFile, keyFile } = authority.issue("server", names);
    return `tls { cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${authority.caFile}" ${more} }`;
  };

  it("BACKBEAT-REQ-020 NatsBus checks the server's certificate against the given authority, by name and by number", async () => {
    const named = await doors.serve(tls("DNS:localhost"));
    const numbered = await doors.serve(tls("IP:127.0.0.1"));
    const files = { tls: { caFile: authority.caFile } };
    await doors.connects(`tls://localhost:${named.port}`, files);
    await doors.connects(`nats://localhost:${named.port}`, files);
    await doors.connects(`tls://127.0.0.1:${numbered.port}`, files);
    for (const wrong of [`tls://127.0.0.1:${named.port}`, `tls://localhost:${numbered.port}`]) {
      const complaint = await doors.complains(wrong, files);
      expect(complaint).toMatchObject({
        level: "error",
        text: expect.stringMatching(/certificate is for another host \(.+\)/),
      });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus refuses a certificate of an authority that it does not know", async () => {
    const { port } = await doors.serve(tls("DNS:localhost"));
    using other = certificateAuthority("other authority");
    for (const settings of [{}, { tls: { caFile: other.caFile } }]) {
      const complaint = await doors.complains(`tls://localhost:${port}`, settings);
      expect(complaint).toMatchObject({
        level: "error",
        text: expect.stringMatching(
          /certificate is not trusted \(.+\); give its authority with --nats-tls-ca/,
        ),
      });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus shows a client certificate where one is asked for, and says so where it has none", async () => {
    const { port } = await doors.serve(tls("DNS:localhost", ", verify: true"));
    const caFile = authority.caFile;
    await doors.connects(`tls://localhost:${port}`, { tls: { caFile, ...authority.issue("client") } });
    const without = await doors.complains(`tls://localhost:${port}`, { tls: { caFile } });
    expect(without).toMatchObject({
      level: "error",
      text: expect.stringMatching(/asks for a client certificate/),
    });
    using other = certificateAuthority("other authority");
    const wrong = await doors.complains(`tls://localhost:${port}`, {
      tls: { caFile, ...other.issue("client") },
    });
    expect(wrong.text).toMatch(/refuses our side of TLS \(.+check --nats-tls-cert/);
    const halves = {
      certFile: authority.issue("client").certFile,
      keyFile: authority.issue("client").keyFile,
    };
    const unpaired = await doors.complains(`tls://localhost:${port}`, { tls: { caFile, ...halves } });
    expect(unpaired).toMatchObject({
      level: "error",
      text: expect.stringMatching(/TLS failed \(.*mismatch/),
    });
  });

  it("BACKBEAT-REQ-020 NatsBus sends no credentials in the clear where TLS is asked for", async () => {
    const { port } = await doors.serve("");
    for (const [list, settings] of [
      [`tls://me:hunter2@127.0.0.1:${port}`, {}],
      [`nats://me:hunter2@127.0.0.1:${port}`, { tls: { caFile: authority.caFile } }],
    ] as const) {
      const complaint = await doors.complains(list, settings);
      expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(/offers no TLS/) });
    }
  });

  it("BACKBEAT-REQ-020 NatsBus says which TLS file is missing", async () => {
    const { port } = await doors.serve(tls("DNS:localhost"));
    const complaint = await doors.complains(`tls://localhost:${port}`, {
      tls: { caFile: "/absent.pem" },
    });
    expect(complaint).toMatchObject({
      level: "error",
      text: expect.stringMatching(/TLS file .*absent\.pem/),
    });
  });
});
