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
  /** The configured name, else the server's random id. */
  readonly name: string;
  readonly version: string;
  readonly clientCertificateAsked: boolean;
}

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
}

/** Greetings of big clusters name every server; a megabyte is no greeting. */
const GREETING_MAX_CHARS = 1_048_576;
const CONNECT_AND_PING = 'CONNECT {"verbose":false,"pedantic":false,"name":"backbeat-ping"}\r\nPING\r\n';

export interface GreetingOptions {
  readonly timeoutMs: number;
  /** Ends the wait for a server that has said nothing so far. */
  readonly givenUp?: AbortSignal | undefined;
}

/** Reads the greeting in time; rejects with the socket's error or one that says what came instead. */
export function readServerInfo(place: ServerPlace, options: GreetingOptions): Promise<ServerInfo> {
  return converse(place, { ...options, take: parseGreeting });
}

/** The greeting of a server that also answers a ping; for servers that ask for no credentials. Rejects likewise. */
export function pingServer(place: ServerPlace, timeoutMs: number): Promise<ServerInfo> {
  let info: ServerInfo | undefined;
  const take = (line: string, socket: Socket): ServerInfo | undefined => {
    if (line.startsWith("-ERR")) throw new Error(line);
    if (line === "PONG") return info;
    if (info === undefined) {
      info = parseGreeting(line);
      socket.write(CONNECT_AND_PING);
    }
    return undefined;
  };
  return converse(place, { timeoutMs, take });
}

interface Conversation<T> extends GreetingOptions {
  /** Takes a line; ends the conversation by returning something or throwing. */
  take(line: string, socket: Socket): T | undefined;
}

/** Reads line by line until one is taken; the socket is destroyed in every case. */
function converse<T>(place: ServerPlace, { givenUp, take, timeoutMs }: Conversation<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(place);
    const end = () => {
      clearTimeout(timer);
      givenUp?.removeEventListener("abort", giveUp);
      socket.destroy();
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const giveUp = () => {
      if (socket.bytesRead === 0) fail(new Error("it was given up"));
    };
    givenUp?.addEventListener("abort", giveUp);
    const onLine = (line: string) => {
      try {
        const taken = take(line, socket);
        if (taken === undefined) return;
        end();
        resolve(taken);
      } catch (error) {
        fail(error);
      }
    };
    eachLine(socket, { onLine, tooLong: () => fail(notNats()) });
    socket.once("error", fail);
    socket.once("close", () => fail(new Error("it closed the connection without a greeting")));
  });
}

function eachLine(socket: Socket, take: { onLine(line: string): void; tooLong(): void }): void {
  let heard = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (heard + chunk).split("\r\n");
    heard = lines.pop() ?? "";
    for (const line of lines) take.onLine(line);
    if (heard.length > GREETING_MAX_CHARS) take.tooLong();
  });
}

function parseGreeting(line: string): ServerInfo {
  const json = /^INFO\s+(\{.*)$/.exec(line)?.[1];
  if (json === undefined) throw notNats();
  const said = parseObject(json);
  return {
    name: typeof said.server_name === "string" ? said.server_name : "",
    version: typeof said.version === "string" ? said.version : "unknown",
    clientCertificateAsked: said.tls_verify === true,
  };
}

function parseObject(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch (cause) {
    throw new Error("what answers there greets like NATS, but not readably", { cause });
  }
}

function notNats(): Error {
  return new Error("what answers there is no NATS server");
}
