/**
 * Ids of the bars before the current one, for as long as a frame that was overtaken could still name one.
 *
 * They travel with a report as part of its carry: a fold that begins later must refuse the same frames.
 */

import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** Bars remembered: a frame is overtaken by beats, seldom by a bar; each costs 33 bytes in every report's headers. */
const RECENT_IDS_MAX = 3;

/** State: the newest ids that were added, oldest first. */
export class RecentIds {
  #ids: readonly string[];

  constructor(ids: readonly string[] = []) {
    this.#ids = ids.slice(-RECENT_IDS_MAX);
  }

  get all(): readonly string[] {
    return this.#ids;
  }

  add(id: string): void {
    this.#ids = [...this.#ids, id].slice(-RECENT_IDS_MAX);
  }

  /** A new line may come back to a window: it is the current one then, and no earlier one. */
  remove(id: string): void {
    this.#ids = this.#ids.filter((known) => known !== id);
  }

  has(id: string): boolean {
    return this.#ids.includes(id);
  }

  *save(): Pieces {
    yield* jsonPieces(this.#ids);
  }

  load(reader: SnapshotReader): void {
    this.#ids = reader.json<string[]>();
  }

  clear(): void {
    this.#ids = [];
  }
}
