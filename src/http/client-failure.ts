/**
 * Answers to what is not a request yet: broken HTTP, headers too large, a request that never ends.
 *
 * Below the framework, so it writes to the socket; the same JSON shape as elsewhere, then the end.
 */
import { failure } from "./failures.ts";
import { API_HEADERS } from "./security-headers.ts";

interface ClientError extends Error {
  readonly code?: string;
}

interface ClientSocket {
  readonly writable: boolean;
  end(text: string, done: () => void): unknown;
  destroy(): unknown;
}

const STATUS_LINES: Readonly<Record<number, string>> = {
  400: "400 Bad Request",
  408: "408 Request Timeout",
  413: "413 Payload Too Large",
  431: "431 Request Header Fields Too Large",
};

const TEXTS: Readonly<Record<number, string>> = {
  400: "Cannot read the request: it is not HTTP/1.1",
  408: "Cannot wait longer: the request did not arrive in time",
  413: "Cannot read the request: its chunk extensions are too large",
  431: "Cannot read the request: its headers are too large",
};

/** Says why and closes the connection. */
export function answerClientError(error: ClientError, socket: ClientSocket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOf(error);
  const body = JSON.stringify(failure(status, TEXTS[status] ?? ""));
  const headers = {
    ...API_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.length),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${STATUS_LINES[status]}`, ...lines].join("\r\n");
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

function statusOf(error: ClientError): number {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  if (error.code === "HPE_HEADER_OVERFLOW") return 431;
  if (error.code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return 413;
  return 400;
}
