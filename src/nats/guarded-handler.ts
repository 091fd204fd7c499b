/**
 * The wrapper that every subscription's callback goes through: one that throws would end the reader of nats.js for all
 * subscriptions of the connection. It passes the message of nats.js on as it is: no allocation for half a million
 * messages a second; only one with headers is wrapped, see message-headers.ts.
 */
import type { Msg } from "@nats-io/transport-node";
import { messageOf } from "../errors.ts";
import type { BusMessage, Log } from "../ports.ts";
import { HeaderedMessage, hasHeaders } from "./message-headers.ts";
import { RareLine } from "./rare-line.ts";

/** A handler may throw for each of thousands of messages a second. */
const HANDLER_LINE_MS = 10_000;

export interface GuardedHandler {
  readonly subject: string;
  readonly handler: (message: BusMessage) => void;
  readonly log: Log;
  /** A message is there; called before the handler is. */
  readonly heard: () => void;
  /** The handler threw. */
  readonly failed: () => void;
}

export function guardedHandler({ failed, handler, heard, log, subject }: GuardedHandler) {
  const line = new RareLine(HANDLER_LINE_MS);
  return (error: Error | null, message: Msg): void => {
    if (error !== null) {
      log.error(`Cannot subscribe to ${subject}: ${error.message}; allow it for this user in the server`);
      return;
    }
    heard();
    try {
      handler(hasHeaders(message) ? new HeaderedMessage(message) : message);
    } catch (thrown) {
      failed();
      line.say((keptBack) => {
        const text = `The handler of ${subject} threw, its message is lost: ${messageOf(thrown)}`;
        log.error(text, { subject, keptBack, stack: thrown instanceof Error ? thrown.stack : undefined });
      });
    }
  };
}
