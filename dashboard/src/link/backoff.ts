/** When to try again after the link was lost: soon, then ever more slowly, never all pages at once. Pure. */

/** The first try comes after that: a restarted reverb is back within a second or two. */
const FIRST_DELAY_MS = 1_000;

/** No operator should wait longer than that for a reverb that is back. */
const DELAY_MAX_MS = 15_000;

/** Part of a delay that is drawn by lot, so that a hundred open pages do not come back in the same millisecond. */
const JITTER_PART = 0.3;

/**
 * How long to wait before a try.
 * @param triesFailed since the link last worked, from 0
 * @param drawn a random number in 0 … 1
 */
export function retryDelayMs(triesFailed: number, drawn: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(triesFailed, 10), DELAY_MAX_MS);
  return full * (1 - JITTER_PART * drawn);
}
