/** A certificate authority of a test's own, with openssl, in a folder that the test removes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateAuthority extends Disposable {
  readonly caFile: string;
  /** A certificate that is valid for one day; `names` as openssl writes them, e.g. `DNS:localhost`. */
  issue(commonName: string, names?: string): Certificate;
}

/** Elliptic keys, because they are made in milliseconds. */
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function certificateAuthority(name = "test authority"): CertificateAuthority {
  const dir = mkdtempSync(join(tmpdir(), "backbeat-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const subject = (commonName: string) => ["-subj", `/CN=${commonName}`];
  openssl("req", "-x509", ...NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", ...subject(name));
  let issued = 0;
  return {
    caFile: join(dir, "ca.pem"),
    issue(commonName, names) {
      issued += 1;
      const [key, request, cert] = ["key", "csr", "pem"].map((ending) => `${issued}.${ending}`) as [
        string,
        string,
        string,
      ];
      openssl("req", ...NEW_KEY, "-keyout", key, "-out", request, ...subject(commonName));
      writeFileSync(join(dir, "names"), names === undefined ? "" : `subjectAltName=${names}\n`);
      const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
      openssl("x509", "-req", "-in", request, "-out", cert, "-days", "1", ...by);
      return { certFile: join(dir, cert), keyFile: join(dir, key) };
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
