/**
 * One client of the event stream: bytes go to its connection as they are, and it is given up when it does not read.
 *
 * What it has not taken waits here, shared with all others, and is handed to the connection in pieces: so it is seen
 * how far it has read. Node would tell of a long write only when all of it is taken.
 */
import type { FastifyReply } from "fastify";
import type { EventLimits } from "./limits.ts";

/** What a connection is, of Node's response. */
export type Connection = FastifyReply["raw"];

/** Why a client was given up: it left too much unread, or took nothing for too long. */
export type Dropped = "unread" | "stuck";

const KEEP_ALIVE = new TextEncoder().encode(": keep-alive\n\n");

/** Bytes handed over at once: a small part of what a kernel holds. */
const PIECE_BYTES = 64 * 1024;

/** State: what waits, what is being written, and since when nothing was taken. Times are ms on the monotonic clock. */
export class EventClient {
  readonly #connection: Connection;
  readonly #limits: EventLimits;
  readonly #openedMs: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Bytes of the piece that the connection has not taken; 0: none. */
  #underWayBytes = 0;
  #writtenMs: number;
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
    // Until now nothing waited to be taken.
    if (this.#underWayBytes === 0) this.#takenMs = nowMs;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#handOver();
    if (this.#underWayBytes + this.#waitingBytes <= this.#limits.unreadBytes) return undefined;
    this.cut();
    return "unread";
  }

  /** Looks after the connection: keeps it alive, ends it when it is old, gives it up when nothing of what waits is taken. */
  sweep(nowMs: number): Dropped | undefined {
    const { keepAliveMs, lifeMs, stuckMs } = this.#limits;
    if (this.#underWayBytes > 0 && nowMs - this.#takenMs >= stuckMs) {
      this.cut();
      return "stuck";
    }
    if (nowMs - this.#openedMs >= lifeMs) this.end();
    else if (nowMs - this.#writtenMs >= keepAliveMs) return this.write(KEEP_ALIVE, nowMs);
    return undefined;
  }

  /** Ends it in good order, behind all that waits for it; its client comes back. */
  end(): void {
    const { destroyed, writableEnded } = this.#connection;
    if (!destroyed && !writableEnded && this.#waiting.length > 0) {
      const rest = Buffer.concat(this.#waiting.splice(0));
      this.#underWayBytes += rest.length;
      this.#waitingBytes = 0;
      this.#connection.write(rest, this.#onTaken);
    }
    this.#connection.end();
  }

  cut(): void {
    this.#connection.destroy();
  }

  readonly #onTaken = (): void => {
    this.#underWayBytes = 0;
    this.#takenMs = performance.now();
    if (!this.#connection.destroyed && !this.#connection.writableEnded) this.#handOver();
  };

  #handOver(): void {
    if (this.#underWayBytes > 0 || this.#waiting.length === 0) return;
    const piece = this.#nextPiece();
    this.#waitingBytes -= piece.length;
    this.#underWayBytes = piece.length;
    this.#connection.write(piece, this.#onTaken);
  }

  /** What waits, up to a piece; of a client that keeps up it is the one event, as it is. */
  #nextPiece(): Uint8Array {
    let count = 0;
    let bytes = 0;
    for (const part of this.#waiting) {
      if (count > 0 && bytes + part.length > PIECE_BYTES) break;
      count += 1;
      bytes += part.length;
    }
    const parts = this.#waiting.splice(0, count);
    const first = parts[0] as Uint8Array;
    if (count > 1) return Buffer.concat(parts, bytes);
    if (bytes <= PIECE_BYTES) return first;
    this.#waiting.unshift(first.subarray(PIECE_BYTES));
    return first.subarray(0, PIECE_BYTES);
  }
}
