/**
 * The TLS part of looking at a server: a whole handshake and a goodbye, and the server's certificates judged.
 *
 * A server that asks for TLS waits for the handshake as soon as it has greeted. Who leaves then is an error line in its
 * log, so the handshake is made, also with a certificate that we do not trust: nothing is sent to such a server.
 */
import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { CertificateDates } from "./certificate.ts";
import type { TlsMaterial } from "./tls-files.ts";

/** A server answers a goodbye in one round trip; what does not come by then is not waited for. */
const GOODBYE_MS = 1_000;
/** Longer chains are refused by OpenSSL, too. */
const CHAIN_MAX = 10;

export interface HandshakeOptions {
  readonly host: string;
  /** The name in its certificate, where it is not the host's. */
  readonly tlsName?: string | undefined;
  readonly material: TlsMaterial;
  readonly timeoutMs: number;
}

/** The server's certificate is not to be trusted. */
export class CertificateRefused extends Error {
  /** Of OpenSSL or node:tls, such as `CERT_HAS_EXPIRED`. */
  readonly code: string;
  /** The server's certificate and those of the authorities above it. */
  readonly chain: readonly CertificateDates[];

  constructor(code: string, text: string, chain: readonly CertificateDates[]) {
    super(text);
    this.code = code;
    this.chain = chain;
  }
}

/** Which name a certificate must hold; node:tls takes it for the name to ask for, too, unless it is a number. */
export function tlsNames({ host, tlsName }: Pick<HandshakeOptions, "host" | "tlsName">) {
  const name = tlsName ?? host;
  return isIP(name) === 0 ? { host, servername: name } : { host: name };
}

/**
 * Shakes hands over a socket that has greeted, says goodbye, and answers the server's certificate.
 * @throws CertificateRefused, or the error of the handshake
 */
export async function shakeHands(socket: Socket, options: HandshakeOptions): Promise<CertificateDates> {
  const secured = connect({
    ...options.material,
    ...tlsNames(options),
    socket,
    // Judged below: node:tls would hang up without a goodbye, and keep the dates to itself.
    rejectUnauthorized: false,
  });
  try {
    await handshakeOf(secured, options.timeoutMs);
    const certificate = secured.getPeerCertificate(true);
    const refused = refusalOf(secured, certificate, options);
    await sayGoodbye(secured);
    if (refused !== undefined) throw refused;
    return datesOf(certificate);
  } finally {
    secured.destroy();
  }
}

function handshakeOf(secured: TLSSocket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it greets, and no TLS handshake within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    secured.once("secureConnect", () => end(resolve));
    // Stays: a later error is the goodbye's, and none of them may end the process.
    secured.on("error", (error) => end(() => reject(error)));
    secured.once("close", () =>
      end(() => reject(new Error("it closed the connection in the TLS handshake"))),
    );
  });
}

/** Resolves when the server has hung up, too. Since TLS 1.3 it may refuse our certificate only now: rejects. */
function sayGoodbye(secured: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, GOODBYE_MS);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    secured.once("error", (error: NodeJS.ErrnoException) =>
      end(() => (error.code?.includes("ALERT") === true ? reject(error) : resolve())),
    );
    secured.once("close", () => end(resolve));
    secured.resume();
    secured.end();
  });
}

function refusalOf(
  secured: TLSSocket,
  certificate: DetailedPeerCertificate,
  options: HandshakeOptions,
): CertificateRefused | undefined {
  if (secured.authorized) return undefined;
  const error: unknown = secured.authorizationError;
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? "") : String(error);
  const text = checkServerIdentity(options.tlsName ?? options.host, certificate)?.message ?? "";
  return new CertificateRefused(code, text, chainOf(certificate));
}

function chainOf(certificate: DetailedPeerCertificate): readonly CertificateDates[] {
  const chain: CertificateDates[] = [];
  let one: DetailedPeerCertificate | undefined = certificate;
  while (one?.valid_to !== undefined && chain.length < CHAIN_MAX) {
    chain.push(datesOf(one));
    // A root names itself.
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return chain;
}

function datesOf(certificate: DetailedPeerCertificate): CertificateDates {
  const { subject, subjectaltname = "", valid_from: validFrom, valid_to: validTo } = certificate;
  const [name = subjectaltname] = [subject?.CN ?? []].flat();
  return {
    name,
    notBeforeMs: Date.parse(validFrom),
    notAfterMs: Date.parse(validTo),
  };
}
