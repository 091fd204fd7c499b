/** Waiting for something observed, with a deadline: the only timer in the tests. */

const LOOK_EVERY_MS = 5;

/** Resolves with the first value that is not undefined or false; rejects, naming `what`, after `deadlineMs`. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > giveUpAt) throw new Error(`waited ${deadlineMs} ms for ${what}, in vain`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
