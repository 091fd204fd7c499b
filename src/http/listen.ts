/**
 * The only file that opens a socket: on loopback unless told otherwise, with a limit on connections.
 *
 * Timeouts and sizes are in limits.ts. Closing is `app.close()`, which also cuts what is open.
 */
import { BackbeatError, messageOf } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { HttpApp } from "./http-app.ts";
import { HTTP_LIMITS } from "./limits.ts";

export interface ListenOptions {
  /** Address or name to listen on, default 127.0.0.1. `localhost` means that, too: one socket, one limit. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The setting that chooses host and port, for the error's text, as in `--http`. */
  readonly setting: string;
  /** Connections at once, default `HTTP_LIMITS.connections`; further ones are closed unanswered. */
  readonly connections?: number;
  readonly log: Log;
}

/** Where a service listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** False: anyone who reaches this machine can read what is served. */
  readonly loopback: boolean;
}

const LISTEN_HOST_DEFAULT = "127.0.0.1";

/** Starts to listen. @throws BackbeatError `port-in-use` or `listen-failed`, naming the setting to change. */
export async function listen(app: HttpApp, options: ListenOptions): Promise<Listening> {
  const { host = LISTEN_HOST_DEFAULT, port } = options;
  app.server.maxConnections = options.connections ?? HTTP_LIMITS.connections;
  app.server.once("drop", () => {
    const text = `More than ${app.server.maxConnections} HTTP connections at once: further ones are closed`;
    options.log.warn(text);
  });
  try {
    await app.listen({ host: host === "localhost" ? LISTEN_HOST_DEFAULT : host, port });
  } catch (thrown) {
    throw listenError(thrown, host, options);
  }
  const [address] = app.addresses();
  if (typeof address !== "object")
    throw new BackbeatError("listen-failed", "Cannot listen: nothing was bound");
  return {
    host: address.address,
    port: address.port,
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    loopback: isLoopback(address.address),
  };
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not open the port, expected one above 1023",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the name of the host could not be looked up",
};

function listenError(cause: unknown, host: string, { port, setting }: ListenOptions): BackbeatError {
  const { code = "" } = cause as { readonly code?: string };
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const data = { host, port, setting };
  if (code === "EADDRINUSE") {
    const text = `Cannot listen on ${place}: the port is in use, expected a free one. Choose another with ${setting}, or stop the process that has it`;
    return new BackbeatError("port-in-use", text, { data, cause });
  }
  const reason = REASONS[code] ?? messageOf(cause);
  const text = `Cannot listen on ${place}: ${reason}. Change ${setting}`;
  return new BackbeatError("listen-failed", text, { data, cause });
}
