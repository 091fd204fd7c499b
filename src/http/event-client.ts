/**
 * One client of the event stream: bytes go to its connection as they are, and it is given up when it does not read.
 *
 * Nothing waits here but in Node's own queue for the connection, whose length is looked at before each write.
 */
import type { FastifyReply } from "fastify";
import type { EventLimits } from "./limits.ts";

/** What a connection is, of Node's response. */
export type Connection = FastifyReply["raw"];

/** Why a client was given up: it left too much unread, or took nothing for too long. */
export type Dropped = "unread" | "stuck";

const KEEP_ALIVE = new TextEncoder().encode(": keep-alive\n\n");

/** State: when something was written, and since when nothing was taken. Times are ms on the monotonic clock. */
export class EventClient {
  readonly #connection: Connection;
  readonly #limits: EventLimits;
  readonly #openedMs: number;
  #writtenMs: number;
  #takenBytes = 0;
  #takenMs: number;

  constructor(connection: Connection, limits: EventLimits, nowMs: number) {
    this.#connection = connection;
    this.#limits = limits;
    this.#openedMs = nowMs;
    this.#writtenMs = nowMs;
    this.#takenMs = nowMs;
  }

  /** Its connection is no more. Node does not tell an answer that was still waiting for its turn on it. */
  get isGone(): boolean {
    const { destroyed, socket } = this.#connection;
    return destroyed || socket === null || socket.destroyed;
  }

  /** Writes; returns why the client is given up, if it is. */
  write(bytes: Uint8Array, nowMs: number): Dropped | undefined {
    if (this.#connection.destroyed || this.#connection.writableEnded) return undefined;
    this.#writtenMs = nowMs;
    this.#connection.write(bytes);
    if (this.#connection.writableLength <= this.#limits.unreadBytes) return undefined;
    this.cut();
    return "unread";
  }

  /** Looks after the connection: keeps it alive, ends it when it is old, gives it up when nothing of what waits is taken. */
  sweep(nowMs: number): Dropped | undefined {
    const { keepAliveMs, lifeMs, stuckMs } = this.#limits;
    const waiting = this.#connection.writableLength;
    // Node counts what waits among the bytes that were written.
    const taken = (this.#connection.socket?.bytesWritten ?? 0) - waiting;
    if (waiting === 0 || taken !== this.#takenBytes) this.#takenMs = nowMs;
    this.#takenBytes = taken;
    if (nowMs - this.#takenMs >= stuckMs) {
      this.cut();
      return "stuck";
    }
    if (nowMs - this.#openedMs >= lifeMs) this.end();
    else if (nowMs - this.#writtenMs >= keepAliveMs) return this.write(KEEP_ALIVE, nowMs);
    return undefined;
  }

  /** Ends it in good order; its client comes back. */
  end(): void {
    this.#connection.end();
  }

  cut(): void {
    this.#connection.destroy();
  }
}
