/**
 * NATS server addresses as Go's client takes them: `nats://user:pass@host:4222,tls://token@other`, bare hosts,
 * IPv6 in brackets or bare, port 4222 by default, credentials percent-decoded.
 *
 * nats.js neither splits a list nor reads credentials from an address, so it happens here. Pure. Bad input is an
 * answer, not an exception: every fault of a list is told at once, and no fault repeats a secret.
 */
import { isIPv6 } from "node:net";

export const DEFAULT_NATS_PORT = 4222;

/** One server. Credentials in an address win over those of the settings, as in Go's client. */
export interface ServerAddress {
  /** A name, an IPv4 or an IPv6 address, the last without brackets. */
  readonly host: string;
  readonly port: number;
  /** `tls://` was written: a connection without TLS is refused. */
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

export type ParsedServers =
  | { readonly servers: readonly ServerAddress[] }
  | { readonly faults: readonly string[] };

type Parsed = { readonly server: ServerAddress } | { readonly fault: string };

/** Reads a comma list of addresses: all of them, or every fault. An item that is empty is passed over. */
export function parseServers(list: string): ParsedServers {
  const items = list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) return { faults: ["no NATS server is named, e.g. nats://127.0.0.1:4222"] };
  const servers: ServerAddress[] = [];
  const faults: string[] = [];
  for (const item of items) {
    const parsed = parseServer(item);
    if ("fault" in parsed) faults.push(`${redact(item)}: ${parsed.fault}`);
    else servers.push(parsed.server);
  }
  return faults.length > 0 ? { faults } : { servers };
}

/** A list of addresses with its credentials replaced by `***`; for logs and status. Reads also what is malformed. */
export function redact(list: string): string {
  return list
    .split(",")
    .map((item) => item.replace(/^(\s*(?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is, "$1***@"))
    .join(",");
}

/** How an address is shown: scheme, host and port, never its credentials. */
export function formatServer(server: ServerAddress): string {
  return `${server.tls ? "tls" : "nats"}://${formatHostPort(server)}`;
}

/** `host:port`, IPv6 in brackets. */
export function formatHostPort(server: Pick<ServerAddress, "host" | "port">): string {
  return `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
}

function parseServer(item: string): Parsed {
  const [, scheme = "nats", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(item) ?? [];
  const lowerScheme = scheme.toLowerCase();
  if (lowerScheme !== "nats" && lowerScheme !== "tls") {
    return { fault: `scheme ${lowerScheme}:// is not known, write nats:// or tls://` };
  }
  // The last @, because people paste passwords that hold one.
  const at = rest.lastIndexOf("@");
  const place = parsePlace(rest.slice(at + 1).replace(/\/$/, ""));
  if ("fault" in place) return place;
  const credentials = at < 0 ? {} : parseCredentials(rest.slice(0, at));
  if ("fault" in credentials) return credentials;
  return { server: { ...place, tls: lowerScheme === "tls", ...credentials } };
}

function parsePlace(text: string): { host: string; port: number } | { fault: string } {
  if (isIPv6(text)) return { host: text, port: DEFAULT_NATS_PORT };
  const match = /^(?:\[([^\]]*)\]|([^:[\]/?#\s%]*))(?::(\d*))?$/.exec(text);
  if (match === null) return { fault: "is not host:port" };
  const [, bracketed, name = "", portText] = match;
  if (bracketed !== undefined && !isIPv6(bracketed))
    return { fault: "what is in brackets is no IPv6 address" };
  const host = bracketed ?? name;
  if (host === "") return { fault: "names no host" };
  const port = portText === undefined || portText === "" ? DEFAULT_NATS_PORT : Number(portText);
  if (port < 1 || port > 65535) return { fault: `port ${portText} is not 1 to 65535` };
  return { host, port };
}

function parseCredentials(
  text: string,
): { user?: string; password?: string; token?: string } | { fault: string } {
  if (text === "") return {};
  const colon = text.indexOf(":");
  try {
    if (colon < 0) return { token: decodeURIComponent(text) };
    const user = decodeURIComponent(text.slice(0, colon));
    return { user, password: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return { fault: "a % in its credentials begins no percent-encoded character; write % itself as %25" };
  }
}
