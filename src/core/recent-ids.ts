/** Ids of bars that are over, for as long as one of them could still be named by a frame that was overtaken. */

/** Bars remembered: frames are overtaken by beats, not by a hundred bars. */
const RECENT_IDS_MAX = 100;

/** State: the newest ids that were added. */
export class RecentIds {
  readonly #ids = new Set<string>();

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= RECENT_IDS_MAX) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  clear(): void {
    this.#ids.clear();
  }
}
