/**
 * How long the certificates are good by which we and the servers of the settings know each other. All of those servers
 * are looked at, not only the one that took us: another one is met at the next loss.
 */
import type { BackbeatError } from "../../errors.ts";
import { formatServer } from "../address.ts";
import { type CertificateDates, datesFault, instantOf, spanOf } from "../certificate.ts";
import { lookOnce, type NatsSettings } from "../connect.ts";
import { ownCertificate, readTlsFiles } from "../tls-files.ts";
import { CertificateRefused } from "../tls-handshake.ts";
import type { Finding } from "./finding.ts";

/** Whoever renews by itself does so earlier, and people have two weeks. */
const EXPIRES_SOON_MS = 14 * 86_400_000;
/** A certificate for a day or an hour is renewed all the time: of those the last third is late. */
const EXPIRES_SOON_PART = 1 / 3;

/** Each is waited for 5 s, all at once; a longer list is not written by hand. */
const SERVERS_MAX = 16;

const CHECK = "certificate";

/**
 * Nothing where there is no TLS. What keeps us from looking is the connection's to tell, unless it is a certificate. Where no
 * server took us (`isConnected` false), the reason is told already, and only our own certificate is looked at.
 */
export async function examineCertificates(
  settings: NatsSettings,
  isConnected: boolean,
): Promise<readonly Finding[]> {
  const nowMs = Date.now();
  const servers = isConnected ? settings.servers.slice(0, SERVERS_MAX) : [];
  const findings = await Promise.all(
    servers.map(async (server): Promise<Finding | undefined> => {
      try {
        const { certificate } = await lookOnce(server, settings);
        return certificate && judgeCertificate(certificate, { of: formatServer(server), nowMs });
      } catch (thrown) {
        return refusedFinding(thrown as BackbeatError);
      }
    }),
  );
  const own = ownFinding(settings, nowMs);
  return [...findings, own].filter((finding) => finding !== undefined);
}

/** @param of The server's address; undefined: it is our own. */
export function judgeCertificate(
  certificate: CertificateDates,
  { nowMs, of }: { readonly of?: string; readonly nowMs: number },
): Finding {
  const { name, notAfterMs, notBeforeMs } = certificate;
  const whose = of === undefined ? "our own certificate" : `the certificate of ${of}`;
  const which = `${whose}${name === "" ? "" : ` (${name})`}`;
  const means =
    of === undefined
      ? "a server that asks for it takes us no more from then on"
      : "nobody connects to it any more from then on";
  const fix =
    of === undefined ? "renew the file of --nats-tls-cert" : "renew it on the server, and reload that";
  const fault = datesFault(certificate, nowMs);
  if (fault !== undefined) return { check: CHECK, level: "problem", found: `${which} ${fault}`, means, fix };
  const leftMs = notAfterMs - nowMs;
  const until = `until ${instantOf(notAfterMs)}`;
  if (leftMs < Math.min(EXPIRES_SOON_MS, (notAfterMs - notBeforeMs) * EXPIRES_SOON_PART))
    return {
      check: CHECK,
      level: "warning",
      found: `${which} is good for ${spanOf(leftMs)} only, ${until}`,
      means,
      fix,
    };
  return { check: CHECK, level: "ok", found: `${which} is good for ${spanOf(leftMs)}, ${until}` };
}

function refusedFinding(error: BackbeatError): Finding | undefined {
  if (!(error.cause instanceof CertificateRefused)) return undefined;
  return {
    check: CHECK,
    level: "problem",
    found: error.message,
    means: "nobody who checks certificates connects to it",
    fix: "do as it says",
  };
}

function ownFinding({ tls = {} }: NatsSettings, nowMs: number): Finding | undefined {
  try {
    const own = ownCertificate(readTlsFiles(tls));
    return own && judgeCertificate(own, { nowMs });
  } catch {
    // Without the file there is no connection either, and that says why.
    return undefined;
  }
}
