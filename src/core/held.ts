/** Claims for beats that were not heard yet, kept until their beat comes (bounded, R4). */
import type { ClaimEntry } from "./entry.ts";

/** State: the held claims by beat. */
export class HeldClaims {
  readonly #limit: number;
  readonly #byBeat = new Map<number, ClaimEntry[]>();
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** False: no room. */
  hold(entry: ClaimEntry): boolean {
    if (this.#size >= this.#limit) return false;
    const beat = entry.claim.beat_index;
    const waiting = this.#byBeat.get(beat);
    if (waiting === undefined) this.#byBeat.set(beat, [entry]);
    else waiting.push(entry);
    this.#size += 1;
    return true;
  }

  /** Removes and returns the claims whose beat lies in `from … to`, both inclusive, in order of arrival. */
  take(from: number, to: number): ClaimEntry[] {
    if (this.#size === 0) return [];
    const taken: ClaimEntry[] = [];
    for (const [beat, entries] of this.#byBeat) {
      if (beat < from || beat > to) continue;
      for (const entry of entries) taken.push(entry);
      this.#byBeat.delete(beat);
    }
    this.#size -= taken.length;
    return taken.sort((a, b) => a.seq - b.seq);
  }
}
