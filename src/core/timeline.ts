/**
 * The beat as a timeline: whoever knows epoch, first beat, origin and tempo can compute every beat, so a lost
 * frame costs nothing. An absolute schedule, never a sum of sleeps (P3).
 */

/** What a pulse keeps across restarts. */
export interface StoredTimeline {
  readonly clusterId: string;
  /** Fences one life of the timeline from the next; only grows. */
  readonly epoch: number;
  /** The beat that was due at `originWallMs`. */
  readonly firstBeat: number;
  /** Wall time of `firstBeat`, ms since the Unix epoch. */
  readonly originWallMs: number;
  readonly tempoBpm: number;
  /** Beats per bar. */
  readonly barLength: number;
  /** First beat of a bar from which bars are counted. */
  readonly barOrigin: number;
  /** Highest index that was published or was about to be: it is never used again (P1). */
  readonly lastBeat: number;
}
