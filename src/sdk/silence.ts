/** Says when beats are counted without frames, and when frames are back: once each, not per beat (S1). */
import type { Log } from "../ports.ts";
import { type BeatNow, SILENT_BEATS } from "./beat.ts";

/** State: how many beats in a row had no frame. */
export class Silence {
  readonly #clusterId: string;
  readonly #log: Log;
  #unheard = 0;

  constructor(clusterId: string, log: Log) {
    this.#clusterId = clusterId;
    this.#log = log;
  }

  told(beat: BeatNow): void {
    if (beat.heard) {
      if (this.#unheard >= SILENT_BEATS)
        this.#log.info(`Beats of cluster ${this.#clusterId} are heard again`, { beat: beat.index });
      this.#unheard = 0;
      return;
    }
    this.#unheard += 1;
    if (this.#unheard === SILENT_BEATS)
      this.#log.warn(
        `No frame of cluster ${this.#clusterId} for ${SILENT_BEATS} beats: counting on by the last known timeline; is its pulse running?`,
        { beat: beat.index },
      );
  }
}
