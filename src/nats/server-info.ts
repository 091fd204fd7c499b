/**
 * A NATS server's greeting: it speaks first, and says its version and what it asks of a client.
 *
 * We read it on a connection of our own before nats.js connects, for two reasons. nats.js leaves a socket behind
 * whenever a server accepts but stays silent (a stopped process, a wrong port), one for each try. And what is
 * wrong is told better here: nothing listens, something else than NATS listens, or it wants TLS.
 */
import { createConnection, type Socket } from "node:net";

/** What we use of a greeting; servers say more. */
export interface ServerInfo {
  readonly version: string;
  readonly tlsRequired: boolean;
  readonly clientCertificateAsked: boolean;
}

/** Greetings of big clusters name every server; a megabyte is no greeting. */
const GREETING_MAX_BYTES = 1_048_576;

/** Reads the greeting within `timeoutMs`; rejects with the socket's error or one that says what came instead. */
export function readServerInfo(
  place: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<ServerInfo> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(place);
    const timer = setTimeout(() => finish(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const finish = (result: ServerInfo | Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    onFirstLine(socket, (line) => finish(parseGreeting(line)));
    socket.once("error", finish);
    socket.once("close", () => finish(new Error("closed the connection without a greeting")));
  });
}

function onFirstLine(socket: Socket, take: (line: string) => void): void {
  let heard = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    const end = heard.indexOf("\r\n");
    if (end >= 0 || heard.length > GREETING_MAX_BYTES) take(heard.toString("utf8", 0, Math.max(end, 0)));
  });
}

function parseGreeting(line: string): ServerInfo | Error {
  const json = /^INFO\s+(\{.*)$/.exec(line)?.[1];
  if (json === undefined) return new Error("what answers there is no NATS server");
  try {
    const said = JSON.parse(json) as Record<string, unknown>;
    return {
      version: typeof said.version === "string" ? said.version : "unknown",
      tlsRequired: said.tls_required === true,
      clientCertificateAsked: said.tls_verify === true,
    };
  } catch {
    return new Error("what answers there greets like NATS, but not readably");
  }
}
