/**
 * Holes of a stream as it is read: which sequences the server lists as empty, and which of them became so while we read.
 *
 * Who has read a stream to its end, and stays connected, is delivered whatever is stored from then on: what is empty
 * behind that place was never delivered to anybody.
 */
import type { StreamHole } from "../ports.ts";
import { lastKeptSeq, type StreamInfo } from "./stream-info.ts";

/** State: the last look, and from where on holes are live. */
export class StreamHoles {
  #empty: ReadonlySet<number> = new Set();
  /** Of the newest message that was there, and of whatever was, at the last look. */
  #keptEndSeq = 0;
  #endSeq = 0;
  /** Every hole behind it is live; undefined until the end was read. */
  #liveFromSeq: number | undefined;

  /** `lastSeq`: the last message that was read. `mayPass`: the server leaves holes where it refuses messages. */
  looked(
    state: StreamInfo["state"],
    { lastSeq, mayPass }: { readonly lastSeq: number; readonly mayPass: boolean },
  ): void {
    this.#empty = new Set(mayPass ? (state.deleted ?? []) : []);
    this.#keptEndSeq = lastKeptSeq(state);
    this.#endSeq = state.last_seq;
    this.read(lastSeq);
  }

  /** A message was read, in order. */
  read(seq: number): void {
    if (this.#liveFromSeq === undefined && seq >= this.#keptEndSeq)
      this.#liveFromSeq = Math.max(seq, this.#endSeq);
  }

  /** The link was lost: what became empty meanwhile may have been there. */
  linkLost(): void {
    this.#liveFromSeq = undefined;
  }

  /** What lies between two messages, where the server lists all of it as empty. */
  between(lastSeq: number, nextSeq: number): StreamHole | undefined {
    for (let seq = lastSeq + 1; seq < nextSeq; seq += 1) if (!this.#empty.has(seq)) return undefined;
    const isLive = this.#liveFromSeq !== undefined && lastSeq >= this.#liveFromSeq;
    return { fromSeq: lastSeq + 1, toSeq: nextSeq - 1, isLive };
  }
}
