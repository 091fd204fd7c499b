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
import { lookAtServer, type SeenServer, type ServerInfo } from "./server-info.ts";
import { ownCertificate, readTlsFiles, type TlsFiles, type TlsMaterial } from "./tls-files.ts";
import { tlsNames } from "./tls-handshake.ts";

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
  /**
   * Keeps to `servers`, also where a cluster names more; default false: those are tried beside them after a loss. For
   * clusters that name addresses which cannot be reached from here.
   */
  readonly ignoreDiscovered?: boolean;
  /** A link is given up when three pings in a row stay unanswered; default 5,000 ms, so after 15 to 20 s. */
  readonly pingIntervalMs?: number;
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
 * Connects once. `givenUp` ends the wait for a server that says nothing.
 * @throws BackbeatError `nats-unreachable` (nothing there), `nats-refused` (credentials or TLS), `bad-file`
 */
export async function connectOnce(
  server: ConnectTarget,
  settings: NatsSettings,
  givenUp?: AbortSignal,
): Promise<NatsConnection> {
  return attempt(server, settings, async (material, greeted) => {
    const options = connectionOptions(server, settings, material);
    await lookAtServer(server, { timeoutMs: CONNECT_TIMEOUT_MS, givenUp, material, greeted });
    return await connect(options);
  });
}

/** Looks at a server as `connectOnce` does before it connects. @throws as that */
export async function lookOnce(server: ConnectTarget, settings: NatsSettings): Promise<SeenServer> {
  return attempt(server, settings, (material, greeted) =>
    lookAtServer(server, { timeoutMs: CONNECT_TIMEOUT_MS, material, greeted }),
  );
}

type Action<T> = (material: TlsMaterial, greeted: (info: ServerInfo) => void) => Promise<T>;

async function attempt<T>(server: ConnectTarget, settings: NatsSettings, action: Action<T>): Promise<T> {
  let info: ServerInfo | undefined;
  let material: TlsMaterial = {};
  try {
    material = readTlsFiles(settings.tls ?? {});
    return await action(material, (greeting) => {
      info = greeting;
    });
  } catch (thrown) {
    throw asFailure(thrown);
  }

  function asFailure(thrown: unknown): BackbeatError {
    const own = ownCertificate(material);
    return connectFailure(thrown, { server, settings, info, own, nowMs: Date.now() });
  }
}

function connectionOptions(
  server: ConnectTarget,
  settings: NatsSettings,
  material: TlsMaterial,
): NodeConnectionOptions {
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
    // nats.js hands these on to node:tls. It names no host when the address is a number, and node:tls would then
    // check the certificate against "localhost".
    ...(server.tls || settings.tls !== undefined ? { tls: { ...material, ...tlsNames(server) } } : {}),
  };
}
