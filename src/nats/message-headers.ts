/**
 * The headers of a message, read by us: bounded, in one pass, and never an exception.
 *
 * The client's own reader throws at a name that it does not like, and looks through all names before it adds one, so that
 * a message of a megabyte of them, which anybody may publish, holds a process up for minutes. Where they begin and end
 * it does not tell; they lie before the body in one buffer, and how long they are is a field of its message (the version
 * of the client is pinned, and a test reads headers through a real server).
 */
import type { Msg } from "@nats-io/transport-node";
import type { HeaderSource } from "../contracts/report-headers.ts";
import type { BusMessage } from "../ports.ts";
import { parseHeaders } from "./parse-headers.ts";

/**
 * What is behind it is not looked at: those of a signed claim have 400 bytes, those of a report some 1,000, and reading
 * so much garbage costs less than a signature.
 */
const HEADERS_BYTES_MAX = 8 * 1024;

/** What we need of a message that is not in the client's declarations. */
interface Parsed {
  readonly _msg?: { readonly hdr?: number };
}

/** Whether a message carries headers: two fields are read, for every message comes by here. */
export function hasHeaders(message: Msg): boolean {
  return headerLength(message) > 0;
}

/** Undefined where a message carries none. They are copied, and taken apart when the first is asked for. */
export function headersOf(message: Msg): HeaderSource | undefined {
  const length = headerLength(message);
  if (length <= 0) return undefined;
  const { data } = message;
  const from = data.byteOffset - length;
  if (from < 0) return undefined;
  return new RawHeaders(new Uint8Array(data.buffer, from, Math.min(length, HEADERS_BYTES_MAX)).slice());
}

/** A message of the bus whose headers are read by us. */
export class HeaderedMessage implements BusMessage {
  readonly #message: Msg;

  constructor(message: Msg) {
    this.#message = message;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get data(): Uint8Array {
    return this.#message.data;
  }

  get headers(): HeaderSource | undefined {
    return headersOf(this.#message);
  }

  respond(body: Uint8Array): boolean {
    return this.#message.respond(body);
  }
}

class RawHeaders implements HeaderSource {
  readonly #bytes: Uint8Array;
  #parsed: HeaderSource | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get(name: string): string {
    this.#parsed ??= parseHeaders(this.#bytes);
    return this.#parsed.get(name);
  }
}

/** At most 0: there are none. */
function headerLength(message: Msg): number {
  return (message as Msg & Parsed)._msg?.hdr ?? -1;
}
