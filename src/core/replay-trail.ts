/**
 * Where a fold must begin so that it computes a bar, and every later one, byte for byte (R7).
 *
 * A fold may begin at any frame that moved the line, if it is told there what it cannot know (the *carry*): an
 * anchor. What a bar's report depends on reaches back to the opening frame of the second bar before it; claims that
 * were held then came earlier, so the anchor is the frame that was the newest when the oldest of them came. A restart
 * of the line hangs on the frame before it, or on the oldest claim that was held then; claims that stay held over it
 * hang on that one, too, for which of them stay depends on all. Whether a claim was refused for want of room depends
 * on all that was held, so after such a refusal the anchor is one at which nothing was held. Claims that were held at
 * an anchor itself are not seen by a fold that begins there: they have found their bars by the opening of the second
 * bar before the one that it is for, so nothing but the memory of that empty anchor hangs on them, and it travels in
 * the carry.
 *
 * Everything else that the core remembers is either of one bar, or only shown and never reported (presence, sums).
 */
import type { ReplayCarry, ReplayStart } from "../contracts/report-headers.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** Two places that would do: the nearer one, and one at which nothing was held. */
export interface Anchors {
  readonly near: ReplayStart;
  readonly empty: ReplayStart;
}

/** State: the newest anchor, and those of the two bars that were opened last. */
export class ReplayTrail {
  #newest: ReplayStart;
  #newestEmpty: ReplayStart;
  #secondLast: Anchors;
  #last: Anchors;
  /** Sequence of the last claim that was refused because too many were held. */
  #refusedSeq = 0;

  /** Where this fold begins; before there are two bars, everything hangs on it. */
  constructor({ carry, seq }: ReplayStart) {
    const begin = { seq };
    this.#newest = begin;
    this.#newestEmpty = carry?.held?.empty ?? begin;
    this.#secondLast = { near: begin, empty: begin };
    this.#last = this.#secondLast;
  }

  /** The newest frame that moved the line; the begin of the fold before the first. */
  get newest(): ReplayStart {
    return this.#newest;
  }

  /** The newest place at which nothing was held. */
  get newestEmpty(): ReplayStart {
    return this.#newestEmpty;
  }

  /** A frame has moved the line, and the claims that waited for it have landed. */
  accept(seq: number, carry: ReplayCarry): void {
    this.#newest = { seq, carry };
    if (carry.held === undefined) this.#newestEmpty = this.#newest;
  }

  /** What a bar that opens now hangs on. Call `opened` once its frame was accepted. */
  get base(): Anchors {
    return this.#secondLast;
  }

  /** The newest frame has opened a bar. `oldestHeld`: the anchor of the oldest claim that is still held. */
  opened(oldestHeld: ReplayStart | undefined): void {
    this.#secondLast = this.#last;
    this.#last = this.#anchors(oldestHeld);
  }

  /** The line begins anew: its bars hang on the frame before. Returns what they hang on. */
  restarted(oldestHeld: ReplayStart | undefined): void {
    this.#last = this.#anchors(oldestHeld);
    this.#secondLast = this.#last;
  }

  /** A claim was refused because too many were held. */
  refused(seq: number): void {
    this.#refusedSeq = seq;
  }

  /** Of the two places the one that will do. */
  resolve({ empty, near }: Anchors): ReplayStart {
    return this.#refusedSeq > near.seq ? empty : near;
  }

  *save(): Pieces {
    yield* jsonPieces([this.#newest, this.#newestEmpty, this.#secondLast, this.#last, this.#refusedSeq]);
  }

  load(reader: SnapshotReader): void {
    type Saved = [ReplayStart, ReplayStart, Anchors, Anchors, number];
    [this.#newest, this.#newestEmpty, this.#secondLast, this.#last, this.#refusedSeq] = reader.json<Saved>();
  }

  #anchors(oldestHeld: ReplayStart | undefined): Anchors {
    return { near: oldestHeld ?? this.#newest, empty: this.#newestEmpty };
  }
}
