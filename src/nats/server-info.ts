/**
 * A NATS server's greeting: it speaks first, and says its version and what it asks of a client.
 *
 * We read it on a connection of our own before nats.js connects, for two reasons. nats.js leaves a socket behind
 * whenever a server accepts but stays silent (a stopped process, a wrong port), one for each try. And what is
 * wrong is told better here: nothing listens, something else than NATS listens, or its certificate is not to be trusted.
 */
import { createConnection, type Socket } from "node:net";
import type { CertificateDates } from "./certificate.ts";
import type { TlsMaterial } from "./tls-files.ts";
import { shakeHands } from "./tls-handshake.ts";

/** What we use of a greeting; servers say more. */
export interface ServerInfo {
  /** The configured name, else the server's random id. */
  readonly name: string;
  readonly version: string;
  readonly clientCertificateAsked: boolean;
  /** nats.js takes TLS wherever it is offered. */
  readonly offersTls: boolean;
}

/** A greeting, and with TLS the certificate that the server showed; it is to be trusted. */
export interface SeenServer {
  readonly info: ServerInfo;
  readonly certificate?: CertificateDates;
}

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  /** The name in its certificate, where it is not the host's. */
  readonly tlsName?: string;
}

/** Greetings of big clusters name every server; a megabyte is no greeting. */
const GREETING_MAX_CHARS = 1_048_576;
const CONNECT_AND_PING = 'CONNECT {"verbose":false,"pedantic":false,"name":"backbeat-ping"}\r\nPING\r\n';

export interface GreetingOptions {
  readonly timeoutMs: number;
  /** Ends the wait for a server that has said nothing so far. */
  readonly givenUp?: AbortSignal | undefined;
}

export interface LookOptions extends GreetingOptions {
  readonly material: TlsMaterial;
  /** Hears the greeting, also where what follows fails. */
  readonly greeted: (info: ServerInfo) => void;
}

/**
 * Reads the greeting in time, and where TLS is offered looks at the server's certificate. Rejects with the socket's error,
 * one that says what came instead, or what is wrong with TLS.
 */
export async function lookAtServer(place: ServerPlace, options: LookOptions): Promise<SeenServer> {
  const { info, socket } = await converse(place, { ...options, take: greetingOn });
  options.greeted(info);
  if (!info.offersTls) {
    socket.destroy();
    return { info };
  }
  return { info, certificate: await shakeHands(socket, { ...options, ...place }) };
}

function greetingOn(line: string, socket: Socket): { readonly info: ServerInfo; readonly socket: Socket } {
  return { info: parseGreeting(line), socket };
}

/** The greeting of a server that also answers a ping; for servers that ask for no credentials. Rejects likewise. */
export async function pingServer(place: ServerPlace, timeoutMs: number): Promise<ServerInfo> {
  let info: ServerInfo | undefined;
  const take = (line: string, socket: Socket) => {
    if (line.startsWith("-ERR")) throw new Error(line);
    if (line === "PONG" && info !== undefined) return { info, socket };
    if (info === undefined) {
      info = parseGreeting(line);
      socket.write(CONNECT_AND_PING);
    }
    return undefined;
  };
  const ponged = await converse(place, { timeoutMs, take });
  ponged.socket.destroy();
  return ponged.info;
}

interface Conversation<T> extends GreetingOptions {
  /** Takes a line; ends the conversation by returning something or throwing. */
  take(line: string, socket: Socket): T | undefined;
}

/** Reads line by line until one is taken; the socket is then the caller's. It is destroyed where this rejects. */
function converse<T>(place: ServerPlace, { givenUp, take, timeoutMs }: Conversation<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(place);
    const end = () => {
      clearTimeout(timer);
      givenUp?.removeEventListener("abort", giveUp);
      socket.removeAllListeners();
      // What comes later is the caller's concern, and not the end of the process.
      socket.on("error", () => undefined);
    };
    const fail = (error: unknown) => {
      end();
      socket.destroy();
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
    offersTls: said.tls_required === true || said.tls_available === true,
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
