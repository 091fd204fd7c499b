/**
 * What one HTTP client may cost (hazards: slow or greedy clients), each limit with its reason.
 *
 * Node sets most of these to values for public web servers or to none at all; here they are explicit.
 */
import type { FastifyServerOptions } from "fastify";

export interface HttpLimits {
  /** A request's headers must have arrived within this: ours are some hundred bytes. */
  readonly headersMs: number;
  /** The whole request must have arrived within this. */
  readonly requestMs: number;
  /** How long a connection without a request is kept: a browser's next click, not a scraper's next round. */
  readonly keepAliveMs: number;
  /** A connection on which nothing moves for so long is cut: its reader takes nothing. */
  readonly idleMs: number;
  /** How often the first two are looked at; Node's own 30 s would make them 40 s and 45 s. */
  readonly checkEveryMs: number;
  /** Bytes of a request's headers: on localhost a browser also sends the cookies of other local programs. */
  readonly headerBytes: number;
  /** Bytes of a request's body: nothing that we answer carries one worth more. */
  readonly bodyBytes: number;
  /** Connections at once: a third for event streams, the rest for all else; below the usual 1,024 open files. */
  readonly connections: number;
  /** Requests on one connection before the client is told to open another: none keeps its place for ever. */
  readonly requestsPerConnection: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 10_000,
  requestMs: 15_000,
  keepAliveMs: 5_000,
  idleMs: 30_000,
  checkEveryMs: 1_000,
  headerBytes: 16 * 1024,
  bodyBytes: 4 * 1024,
  connections: 768,
  requestsPerConnection: 1_000,
};

/** What those who listen to events may cost. */
export interface EventLimits {
  /** Streams at once. */
  readonly clients: number;
  /** Bytes that wait for one client; more than all that may be resumed. Events are shared, so they cost their size once. */
  readonly unreadBytes: number;
  /**
   * A client whose connection stays full for so long is gone, or as good as gone. Long, because a kernel lets more be
   * written only when a good part of what it holds is read: at 20 kB/s every half a minute.
   */
  readonly stuckMs: number;
  /** A comment is sent after so long without an event: below `idleMs`, and below what proxies wait. */
  readonly keepAliveMs: number;
  /** A stream is ended after so long, and its client resumes: a peer that vanished without a word keeps its place no longer. */
  readonly lifeMs: number;
  /** How often the last three are looked at. */
  readonly sweepMs: number;
  /** Claims are looked at for so long after the last client has left: it may come back and miss nothing. */
  readonly lingerMs: number;
  /** Events that can be resumed, and their bytes: some minutes of a small fleet, half a minute of 10,000 agents. */
  readonly ringEvents: number;
  readonly ringBytes: number;
}

export const EVENT_LIMITS: EventLimits = {
  clients: 256,
  unreadBytes: 2 * 1024 * 1024,
  stuckMs: 60_000,
  keepAliveMs: 10_000,
  lifeMs: 600_000,
  sweepMs: 2_500,
  lingerMs: 10_000,
  ringEvents: 1_024,
  ringBytes: 1024 * 1024,
};

/** Longest value in a path, percent-encoded: an agent id of 128 characters, each as three. */
const PATH_VALUE_CHARS_MAX = 3 * 128;

/** The limits as Fastify and Node take them; `connections` is set on the server itself, see listen.ts. */
export function serverOptions(limits: HttpLimits): FastifyServerOptions {
  const http = {
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    maxHeaderSize: limits.headerBytes,
  };
  const options: FastifyServerOptions & { readonly http: typeof http } = {
    http,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: limits.idleMs,
    bodyLimit: limits.bodyBytes,
    maxRequestsPerSocket: limits.requestsPerConnection,
    routerOptions: { maxParamLength: PATH_VALUE_CHARS_MAX },
  };
  return options;
}
