/** Which beat begins a bar for who hears beats, also where the downbeat itself was missed. */
import type { BeatNow } from "./beat.ts";

/** State: the last beat of which a bar was known. */
export class BarTurn {
  #placed: BeatNow | undefined;

  /** Takes the next beat that is told; true where it is the first one told of its bar. */
  begins(now: BeatNow): boolean {
    const begins = now.barFrom === now.index || this.#isOfAnotherBar(now);
    if (now.windowId !== undefined || now.barFrom !== undefined) this.#placed = now;
    return begins;
  }

  #isOfAnotherBar(now: BeatNow): boolean {
    const last = this.#placed;
    if (last === undefined) return false;
    if (last.barFrom !== undefined && now.barFrom !== undefined) return last.barFrom !== now.barFrom;
    if (last.windowId === undefined || now.windowId === undefined) return false;
    return last.windowId.toLowerCase() !== now.windowId.toLowerCase();
  }
}
