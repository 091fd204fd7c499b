/** TLS against a real server: whom we trust, what we show, and what the operator reads when it fails. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, certificateAuthority, type Validity } from "../support/certificates.ts";
import { NatsDoors } from "../support/nats-doors.ts";

const DAY_MS = 86_400_000;

/** Half a day from the next whole number of days, so that no test is too slow for it. */
const PAST = (): Validity => ({
  notBeforeMs: Date.now() - 30 * DAY_MS,
  notAfterMs: Date.now() - 3.5 * DAY_MS,
});
const FUTURE = (): Validity => ({
  notBeforeMs: Date.now() + 2.5 * DAY_MS,
  notAfterMs: Date.now() + 30 * DAY_MS,
});

const doors = new NatsDoors();
let authority: CertificateAuthority;

beforeAll(() => {
  authority = certificateAuthority();
});

afterEach(() => doors.closeAll());

afterAll(() => authority[Symbol.dispose]());

describe("NatsBus over TLS", () => {
  const tls = (names: string, more = "", validity?: Validity) => {
    const { certFile, keyFile } = authority.issue("server", names, validity);
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
    expect(wrong.text).toMatch(/refuses our client certificate \(.+check --nats-tls-cert/);
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

  it("BACKBEAT-REQ-020 NatsBus takes PEM files with a byte order mark and CRLF, and says what is none", async () => {
    const { port } = await doors.serve(tls("DNS:localhost", ", verify: true"));
    const { certFile, keyFile } = authority.issue("client");
    const asOnWindows = (path: string) => {
      const text = `\uFEFF${readFileSync(path, "utf8").replaceAll("\n", "\r\n")}`;
      writeFileSync(`${path}.windows`, text);
      return `${path}.windows`;
    };
    await doors.connects(`tls://localhost:${port}`, {
      tls: {
        caFile: asOnWindows(authority.caFile),
        certFile: asOnWindows(certFile),
        keyFile: asOnWindows(keyFile),
      },
    });
    const wide = `${certFile}.wide`;
    writeFileSync(wide, `\uFEFF${readFileSync(certFile, "utf8")}`, "utf16le");
    for (const [caFile, why] of [
      [wide, /TLS file .*\.wide cannot be read \(it is UTF-16, expected UTF-8: save it as UTF-8\)/],
      [keyFile, /TLS file .* holds no certificate in PEM form, expected a line -----BEGIN CERTIFICATE-----/],
    ] as const)
      expect((await doors.complains(`tls://localhost:${port}`, { tls: { caFile } })).text).toMatch(why);
  });

  it("BACKBEAT-REQ-020 NatsBus says of an outdated certificate of the server since when, or until when, and what to do", async () => {
    const files = { tls: { caFile: authority.caFile } };
    for (const [validity, why] of [
      [PAST, /its certificate expired on 20.+Z, 3 days ago; put a valid one on the server, or set the clock/],
      [FUTURE, /its certificate is not valid before 20.+Z, in 2 days; put a valid one on the server, or set/],
    ] as const) {
      const { port } = await doors.serve(tls("DNS:localhost", "", validity()));
      const complaint = await doors.complains(`tls://localhost:${port}`, files);
      expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(why) });
      // Its authority is not known either: what is wrong on the server comes first.
      expect((await doors.complains(`tls://localhost:${port}`)).text).toMatch(why);
    }
  });

  it("BACKBEAT-REQ-020 NatsBus says that its own certificate is outdated where a server refuses it", async () => {
    const { port } = await doors.serve(tls("DNS:localhost", ", verify: true"));
    for (const [validity, why] of [
      [PAST, /refuses our client certificate, which expired on 20.+Z, 3 days ago .+--nats-tls-cert/],
      [
        FUTURE,
        /refuses our client certificate, which is not valid before 20.+Z, in 2 days .+--nats-tls-cert/,
      ],
    ] as const) {
      const own = authority.issue("client", undefined, validity());
      const complaint = await doors.complains(`tls://localhost:${port}`, {
        tls: { caFile: authority.caFile, ...own },
      });
      expect(complaint).toMatchObject({ level: "error", text: expect.stringMatching(why) });
    }
  });
});
