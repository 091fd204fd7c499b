/**
 * How many agents were seen in which state, beat by beat: the whole fleet in one lane.
 *
 * Reverb sums up when it is asked, which is seldom; between two answers the cells of events are added up here. Either may
 * lack some of a beat, and neither counts too much, so the one that knows more is shown.
 */
import { cellCode, STATE_ORDER } from "../wire/letters.ts";
import type { CellRun, ScoreAnswer } from "../wire/types.ts";
import { BEATS_KEPT } from "./rows.ts";

/** Events tell of the newest three beats; one more lets a late one in. */
const BEATS_ADDED_UP = 4;

/** Events tell of no lane beyond. */
const LANES = 16_384;

/** By number of the state less one: as in STATE_ORDER. */
export type Sum = Readonly<Uint32Array>;

const LETTERS = ["p", "e", "r", "h", "c", "i", "b", "f"] as const;

/** State: what was answered, what was added up, and of the newest beats which lane said what. */
export class Sums {
  readonly #answered = new Map<number, Uint32Array>();
  readonly #addedUp = new Map<number, Uint32Array>();
  readonly #lanes = new Map<number, Uint8Array>();

  /** The fuller of the two for a beat; undefined where nothing was seen. */
  at(beat: number): Sum | undefined {
    const [answered, addedUp] = [this.#answered.get(beat), this.#addedUp.get(beat)];
    if (answered === undefined || addedUp === undefined) return answered ?? addedUp;
    return total(addedUp) > total(answered) ? addedUp : answered;
  }

  take({ from_beat, sums }: Pick<ScoreAnswer, "from_beat" | "sums">): void {
    if (sums === undefined || from_beat === null) return;
    this.#answered.clear();
    const beats = Math.min(BEATS_KEPT, sums.e.length);
    for (let place = 0; place < beats; place += 1) {
      const sum = Uint32Array.from(LETTERS, (letter) => sums[letter][place] ?? 0);
      if (total(sum) > 0) this.#answered.set(from_beat + place, sum);
    }
  }

  add(runs: readonly CellRun[]): void {
    for (const [beat, first, letters] of runs) {
      const lanes = this.#lanesOf(beat);
      if (lanes !== undefined) this.#addRun(beat, { first, letters, lanes });
    }
  }

  forget(): void {
    this.#answered.clear();
    this.#addedUp.clear();
    this.#lanes.clear();
  }

  #addRun(
    beat: number,
    {
      first,
      lanes,
      letters,
    }: { readonly first: number; readonly letters: string; readonly lanes: Uint8Array },
  ): void {
    const sum = this.#addedUp.get(beat) ?? new Uint32Array(STATE_ORDER.length);
    this.#addedUp.set(beat, sum);
    const end = Math.min(letters.length, LANES - first);
    for (let place = 0; place < end; place += 1) {
      const code = cellCode(letters, place);
      const before = lanes[first + place] ?? 0;
      if (code === 0 || code === before) continue;
      lanes[first + place] = code;
      sum[code - 1] = (sum[code - 1] ?? 0) + 1;
      if (before > 0) sum[before - 1] = (sum[before - 1] ?? 0) - 1;
    }
  }

  /** Undefined for beats that are too old to be added to. */
  #lanesOf(beat: number): Uint8Array | undefined {
    const known = this.#lanes.get(beat);
    if (known !== undefined) return known;
    const newest = Math.max(...this.#lanes.keys(), beat);
    if (beat <= newest - BEATS_ADDED_UP) return undefined;
    for (const old of this.#lanes.keys()) if (old <= newest - BEATS_ADDED_UP) this.#lanes.delete(old);
    for (const old of this.#addedUp.keys()) if (old <= newest - BEATS_KEPT) this.#addedUp.delete(old);
    const lanes = new Uint8Array(LANES);
    this.#lanes.set(beat, lanes);
    return lanes;
  }
}

export function total(sum: Sum): number {
  return sum.reduce((all, count) => all + count, 0);
}
