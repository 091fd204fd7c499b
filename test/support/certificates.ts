/** A certificate authority of a test's own, with openssl, in a folder that the test removes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Validity {
  /** ms since 1970, in whole seconds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface CertificateAuthority extends Disposable {
  readonly caFile: string;
  /** `names` as openssl writes them, e.g. `DNS:localhost`; default validity: from now for a day. */
  issue(commonName: string, names?: string, validity?: Validity): Certificate;
}

/** For `openssl ca`, which alone of all commands takes dates in every version. */
const CA_CONFIG = `
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

/** Elliptic keys, because they are made in milliseconds. */
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function certificateAuthority(name = "test authority"): CertificateAuthority {
  const dir = mkdtempSync(join(tmpdir(), "backbeat-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const subject = (commonName: string) => ["-subj", `/CN=${commonName}`];
  openssl("req", "-x509", ...NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", ...subject(name));
  writeFileSync(join(dir, "ca.conf"), CA_CONFIG);
  writeFileSync(join(dir, "index.txt"), "");
  writeFileSync(join(dir, "serial"), "1000\n");
  let issued = 0;
  return {
    caFile: join(dir, "ca.pem"),
    issue(commonName, names, validity = forADay()) {
      issued += 1;
      const [key, request, cert] = ["key", "csr", "pem"].map((ending) => `${issued}.${ending}`) as [
        string,
        string,
        string,
      ];
      openssl("req", ...NEW_KEY, "-keyout", key, "-out", request, ...subject(commonName));
      writeFileSync(join(dir, "names"), names === undefined ? "" : `subjectAltName=${names}\n`);
      const by = ["-batch", "-notext", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key"];
      const dates = ["-startdate", asn1Time(validity.notBeforeMs), "-enddate", asn1Time(validity.notAfterMs)];
      openssl("ca", ...by, ...dates, "-extfile", "names", "-in", request, "-out", cert);
      return { certFile: join(dir, cert), keyFile: join(dir, key) };
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function forADay(): Validity {
  const nowMs = Date.now();
  return { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 86_400_000 };
}

/** `20260301120000Z`. */
function asn1Time(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:T]|\.\d+/g, "");
}
