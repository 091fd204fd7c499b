/**
 * Why a connection to NATS did not come about, in words that say what to check.
 *
 * Three kinds: nothing useful answers there (`nats-unreachable`, passes by itself when the server starts), it
 * answers and refuses us (`nats-refused`, somebody has to change something), a file of ours is wrong (`bad-file`).
 */
import { AuthorizationError, UserAuthenticationExpiredError } from "@nats-io/transport-node";
import { BackbeatError, messageOf } from "../errors.ts";
import { formatServer } from "./address.ts";
import { type CertificateDates, datesFault } from "./certificate.ts";
import type { ConnectTarget, NatsSettings } from "./connect.ts";
import { hasCredentials } from "./credentials.ts";
import type { ServerInfo } from "./server-info.ts";
import { CertificateRefused } from "./tls-handshake.ts";

/** What was tried. `info` is the server's greeting, where it came. */
export interface ConnectAttempt {
  readonly server: ConnectTarget;
  readonly settings: NatsSettings;
  readonly info: ServerInfo | undefined;
  /** Our certificate, where we have one. */
  readonly own: CertificateDates | undefined;
  /** ms since 1970. */
  readonly nowMs: number;
}

/** Turns whatever was thrown while connecting into an error with a code and advice; never repeats a secret. */
export function connectFailure(thrown: unknown, attempt: ConnectAttempt): BackbeatError {
  if (thrown instanceof BackbeatError) return thrown;
  const { code, text } = explain(thrown, attempt);
  const server = formatServer(attempt.server);
  return new BackbeatError(code, `Cannot connect to ${server}: ${text}`, { cause: thrown, data: { server } });
}

interface Explanation {
  readonly code: "nats-unreachable" | "nats-refused" | "bad-file";
  readonly text: string;
}

function explain(thrown: unknown, attempt: ConnectAttempt): Explanation {
  if (thrown instanceof AuthorizationError || thrown instanceof UserAuthenticationExpiredError) {
    return { code: "nats-refused", text: explainAuthorization(thrown, attempt) };
  }
  const text = messageOf(thrown);
  if (/does not support 'tls'/.test(text)) {
    const text = "it offers no TLS, but tls:// or a TLS setting asks for it";
    return { code: "nats-refused", text };
  }
  if (thrown instanceof CertificateRefused)
    return { code: "nats-refused", text: explainCertificate(thrown, attempt.nowMs) };
  if (wantsClientCertificate(attempt)) {
    const text = "it asks for a client certificate; give --nats-tls-cert and --nats-tls-key";
    return { code: "nats-refused", text };
  }
  const tlsError = findTlsError(thrown) ?? hiddenRefusal(text, attempt);
  if (tlsError !== undefined) return { code: "nats-refused", text: explainTls(tlsError, attempt) };
  return { code: "nats-unreachable", text: explainSilence(thrown, text) };
}

function explainAuthorization(thrown: Error, { server, settings }: ConnectAttempt): string {
  const said = thrown.message.toLowerCase();
  return hasCredentials(server, settings)
    ? `it refuses our credentials (${said}); check user and password, token, creds or nkey`
    : `it asks for credentials (${said}) and none are given; put user:password@ or token@ into --nats, or use --nats-creds or --nats-nkey`;
}

function wantsClientCertificate({ settings, info }: ConnectAttempt): boolean {
  return info?.clientCertificateAsked === true && settings.tls?.certFile === undefined;
}

/** node:tls and OpenSSL give each of their errors a code with one of these beginnings. */
const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

interface TlsError {
  readonly code: string;
  readonly said: string;
}

function findTlsError(thrown: unknown): TlsError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const code = "code" in thrown ? String(thrown.code) : "";
  if (!TLS_CODES.test(code)) return findTlsError(thrown.cause);
  // OpenSSL's own message is an address of its source; the reason in it is for people.
  return { code, said: "reason" in thrown ? String(thrown.reason) : thrown.message };
}

/** A server that dislikes our certificate resets the connection, and the reset may overtake the alert that says so. */
function hiddenRefusal(text: string, { info }: ConnectAttempt): TlsError | undefined {
  const reset = /ECONNRESET|EPIPE|undefined/.test(text);
  return reset && info?.clientCertificateAsked === true ? { code: "ALERT", said: text } : undefined;
}

function explainTls({ code, said }: TlsError, { nowMs, own }: ConnectAttempt): string {
  if (code.includes("ALERT")) return explainRefusal(said, own, nowMs);
  return `TLS failed (${said}); check the files of --nats-tls-ca, --nats-tls-cert and --nats-tls-key`;
}

function explainRefusal(said: string, own: CertificateDates | undefined, nowMs: number): string {
  if (own === undefined)
    return `it refuses our side of TLS (${said}); check --nats-tls-cert and --nats-tls-key`;
  const fault = datesFault(own, nowMs);
  if (fault !== undefined)
    return `it refuses our client certificate, which ${fault} (${said}); put a valid one into the file of --nats-tls-cert${CLOCK_ADVICE}`;
  return `it refuses our client certificate (${said}); check --nats-tls-cert and --nats-tls-key: an authority that the server knows must have signed it`;
}

const CLOCK_ADVICE = ", or set the clock of this machine right";

function explainCertificate({ chain, code, message }: CertificateRefused, nowMs: number): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `its certificate is for another host (${message}); name it in --nats as its certificate does`;
  const at = chain.findIndex((certificate) => datesFault(certificate, nowMs) !== undefined);
  const outdated = chain[at];
  const dates = outdated && datesFault(outdated, nowMs);
  if (dates !== undefined && DATE_CODES.has(code)) {
    const whose =
      at === 0 ? "its certificate" : `the certificate of its authority ${JSON.stringify(outdated?.name)}`;
    const where = at === 0 ? "put a valid one on the server" : "have it issued anew";
    return `${whose} ${dates}; ${where}${CLOCK_ADVICE}`;
  }
  if (code === "CERT_REVOKED") return "its certificate was revoked; put another one on the server";
  return `its certificate is not trusted (${AUTHORITY_WORDS.get(code) ?? code}); give its authority with --nats-tls-ca`;
}

const DATE_CODES = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

/** What OpenSSL calls them says little to who has not read its source. */
const AUTHORITY_WORDS: ReadonlyMap<string, string> = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "it is signed by itself, and not known here"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its authority is not known here"],
  ["UNABLE_TO_GET_ISSUER_CERT", "an authority above it is not known here"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its authority is not known here"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its authority is not known here"],
]);

function explainSilence(thrown: unknown, text: string): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "ECONNREFUSED") return "connection refused; is a NATS server running there?";
  if (code === "ENOTFOUND") return "no such host";
  if (thrown === undefined || text === "") return "it closed the connection while we were connecting";
  return text;
}
