/** This page's monotonic clock and its timers, as those who wait take them. */

export const now = (): number => performance.now();

/** Runs it later; gives what stops that. */
export function later(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
