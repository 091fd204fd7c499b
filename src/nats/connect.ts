/**
 * One connection to one NATS server, or the reason why not in words that say what to check.
 *
 * Tries once. Trying again is link.ts, and it is not left to nats.js: that gives up after some refusals, tells
 * nobody why a try failed, cannot be stopped before its first success, buffers what is published while the link
 * is down and then drops it, and sends one user and password to all servers of a list.
 */
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { BackbeatError } from "../errors.ts";
import { formatHostPort, type ServerAddress } from "./address.ts";
import type { JetStreamPlace } from "./api-prefix.ts";
import { connectFailure } from "./connect-failure.ts";
import { authenticatorsFor, type CredentialSettings } from "./credentials.ts";
import { readServerInfo, type ServerInfo } from "./server-info.ts";

/** Who may connect must be able to read an address, also from outside of this folder. */
export { parseServers } from "./address.ts";

/** How to reach NATS. */
export interface NatsSettings extends CredentialSettings, JetStreamPlace {
  /** At least one; tried in a random order, as Go's client does, so that a fleet spreads over a cluster. */
  readonly servers: readonly ServerAddress[];
  /** The name under which the server lists this connection. */
  readonly name: string;
  /** Any of these makes TLS a must, also for `nats://`. */
  readonly tls?: TlsFiles;
  /** What subjects for answers begin with, where this user may subscribe to its own only; default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** A link is given up when three pings in a row stay unanswered; default 5,000 ms, so after 15 to 20 s. */
  readonly pingIntervalMs?: number;
}

/** Paths of PEM files; read anew for each connection. */
interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** A server to connect to; one that a cluster told us of is checked against the certificate name of its teller. */
export interface ConnectTarget extends ServerAddress {
  readonly tlsName?: string;
}

/** A server on the same continent greets in well under a second; five leave room for a busy one. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The default of nats.js notices a silent link after 6 minutes. */
const PING_INTERVAL_MS = 5_000;
const PINGS_UNANSWERED_MAX = 2;

/**
 * Connects once.
 * @throws BackbeatError `nats-unreachable` (nothing there), `nats-refused` (credentials or TLS), `bad-file`
 */
export async function connectOnce(server: ConnectTarget, settings: NatsSettings): Promise<NatsConnection> {
  let info: ServerInfo | undefined;
  try {
    const options = connectionOptions(server, settings);
    info = await readServerInfo(server, CONNECT_TIMEOUT_MS);
    return await connect(options);
  } catch (thrown) {
    throw asFailure(thrown);
  }

  function asFailure(thrown: unknown): BackbeatError {
    return connectFailure(thrown, { server, settings, info });
  }
}

function connectionOptions(server: ConnectTarget, settings: NatsSettings): NodeConnectionOptions {
  return {
    servers: formatHostPort(server),
    name: settings.name,
    authenticator: authenticatorsFor(server, settings),
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: settings.pingIntervalMs ?? PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    // A stack trace for each request costs more than the request.
    noAsyncTraces: true,
    ...(settings.inboxPrefix === undefined ? {} : { inboxPrefix: settings.inboxPrefix }),
    ...(server.tls || settings.tls !== undefined ? { tls: tlsOptions(server, settings.tls ?? {}) } : {}),
  };
}

function tlsOptions(server: ConnectTarget, files: TlsFiles): NonNullable<NodeConnectionOptions["tls"]> {
  // nats.js hands these on to node:tls. It names no host when the address is a number, and node:tls would then
  // check the certificate against "localhost".
  const handedOn = {
    host: server.host,
    ...(server.tlsName === undefined ? {} : { servername: server.tlsName }),
  };
  return { ...files, ...handedOn };
}
