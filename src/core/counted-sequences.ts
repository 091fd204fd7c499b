/**
 * Which signed claims of a bar were counted and are remembered by no fingerprint any more: what replays are found by.
 *
 * A claim that comes again is a duplicate as long as its fingerprint is in the agent's ring. Behind the ring it is known
 * by its sequence: the highest one that ever left the ring is the agent's *floor*, and what is not above it was counted,
 * or came too late to be told from what was. So no signed claim is counted twice, whoever repeats it, and claims that
 * overtake each other (one that was held for its beat lands behind later ones) are no replays, up to a ring of them.
 *
 * It takes no memory until a signed claim is counted, and remembers nothing beyond its bar.
 */
import { lengthened, lengthenList, ROWS_MIN } from "./columns.ts";
import {
  columnPieces,
  jsonPieces,
  numberListPieces,
  type Pieces,
  type SnapshotReader,
} from "./snapshot-format.ts";

const NO_ROWS = new Float64Array(0);

/** State: sequences beside the fingerprints of one bar, place by place. */
export class CountedSequences {
  #isUsed = false;
  /** Of the first place of each agent's ring. */
  #firsts: Float64Array = NO_ROWS;
  readonly #rings: (number[] | undefined)[] = [];
  #floors: Float64Array = NO_ROWS;

  /** A signed claim was counted in this bar. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Whether a claim with this sequence, whose fingerprint is not known, may have been counted before. */
  isReplay(row: number, sequence: number): boolean {
    return this.#isUsed && sequence <= (this.#floors[row] ?? 0);
  }

  /** A claim was counted and has this place in the agent's ring; `sequence` 0: it was not signed. */
  remember(row: number, { place, sequence }: { readonly place: number; readonly sequence: number }): void {
    this.#reach(row);
    const ring = this.#rings[row];
    const before = (place === 0 ? this.#firsts[row] : ring?.[place - 1]) ?? 0;
    this.#floors[row] = Math.max(this.#floors[row] as number, before);
    if (place === 0) this.#firsts[row] = sequence;
    else if (ring === undefined) this.#rings[row] = zerosThen(sequence, place);
    else ring[place - 1] = sequence;
  }

  /** Lets go of what only an open bar needs. */
  close(): void {
    this.#rings.fill(undefined);
  }

  /** Begins another bar. */
  begin(): void {
    this.#isUsed = false;
  }

  /** `rows`: how many of them are in use. */
  *save(rows: number): Pieces {
    yield* jsonPieces(this.#isUsed);
    if (!this.#isUsed) return;
    this.#reach(rows - 1);
    yield* columnPieces(this.#firsts, rows);
    yield* columnPieces(this.#floors, rows);
    yield* numberListPieces(this.#rings, rows);
  }

  load(reader: SnapshotReader): void {
    this.#isUsed = reader.json<boolean>();
    if (!this.#isUsed) return;
    this.#firsts = reader.column(Float64Array, ROWS_MIN);
    this.#floors = reader.column(Float64Array, ROWS_MIN);
    for (const ring of reader.numberLists()) this.#rings.push(ring);
    lengthenList(this.#rings, this.#firsts.length);
  }

  /** Makes room for a row; columns of an earlier bar are used again. */
  #reach(row: number): void {
    if (!this.#isUsed) {
      this.#isUsed = true;
      this.#firsts.fill(0);
      this.#floors.fill(0);
      this.#rings.fill(undefined);
    }
    if (row < this.#firsts.length) return;
    const rows = Math.max(row + 1, 2 * this.#firsts.length, ROWS_MIN);
    this.#firsts = lengthened(this.#firsts, rows);
    this.#floors = lengthened(this.#floors, rows);
    lengthenList(this.#rings, rows);
  }
}

/** A ring whose earlier places were taken before its agent signed anything. */
function zerosThen(sequence: number, place: number): number[] {
  return [...new Array<number>(place - 1).fill(0), sequence];
}
