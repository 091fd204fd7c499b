/**
 * The PEM files of our side of TLS, read and checked before a server is asked: a client that finds out afterwards that
 * it cannot go on leaves an error in the server's log.
 */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { BackbeatError, messageOf } from "../errors.ts";
import { readTextFile } from "../text-file.ts";
import type { CertificateDates } from "./certificate.ts";

/** Paths of PEM files; read anew for each connection. */
export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What stands in the files, as node:tls takes it. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/**
 * The files' texts.
 * @throws BackbeatError `bad-file`; the error of node:tls where certificate and key are no pair
 */
export function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles): TlsMaterial {
  const material = {
    ...(caFile === undefined ? {} : { ca: read(caFile, CERTIFICATE, "certificate") }),
    ...(certFile === undefined ? {} : { cert: read(certFile, CERTIFICATE, "certificate") }),
    ...(keyFile === undefined ? {} : { key: read(keyFile, PRIVATE_KEY, "private key") }),
  };
  createSecureContext(material);
  return material;
}

/** The dates of our own certificate; undefined where we have none. */
export function ownCertificate({ cert }: TlsMaterial): CertificateDates | undefined {
  if (cert === undefined) return undefined;
  const { subject, validFrom, validTo } = new X509Certificate(cert);
  const name = /^CN=(.+)$/m.exec(subject ?? "")?.[1] ?? "";
  return { name, notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) };
}

function read(path: string, pem: RegExp, what: string): string {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (cause) {
    throw wrong(`the TLS file ${path} cannot be read (${messageOf(cause)})`, path, cause);
  }
  if (pem.test(text)) return text;
  throw wrong(
    `the TLS file ${path} holds no ${what} in PEM form, expected a line -----BEGIN ${what.toUpperCase()}-----`,
    path,
  );
}

function wrong(why: string, path: string, cause?: unknown): BackbeatError {
  return new BackbeatError("bad-file", `Cannot connect to NATS: ${why}`, { cause, data: { path } });
}
