/** Waiting for something observed, with a deadline: the only timer in the tests. */

const LOOK_EVERY_MS = 5;

/** A look that asks another process costs both of them: its pauses grow to this, which nobody notices. */
const ASK_EVERY_MAX_MS = 100;
const GROWTH = 1.5;

/**
 * How long anything that must come is waited for. So long that no other load of the machine is mistaken for a fault:
 * it is only ever waited out where something is wrong.
 */
export const DEADLINE_MS = 60_000;

// A test that leads the clock by hand waits in real time all the same.
const nowMs = performance.now.bind(performance);
const later = setTimeout;

/** Resolves with the first value that is not undefined or false; rejects, naming `what`, after `deadlineMs`. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const giveUpAt = nowMs() + deadlineMs;
  for (let pauseMs = LOOK_EVERY_MS; ; ) {
    const looked = look();
    const seen = await looked;
    if (seen !== undefined && seen !== false) return seen;
    if (nowMs() > giveUpAt) throw new Error(`waited ${deadlineMs} ms for ${what}, in vain`);
    await new Promise((resolve) => later(resolve, pauseMs));
    if (looked instanceof Promise) pauseMs = Math.min(pauseMs * GROWTH, ASK_EVERY_MAX_MS);
  }
}
