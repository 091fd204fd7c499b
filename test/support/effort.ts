/**
 * How much is tried of what could be tried for ever: a little in `npm test`, each time something else, and much in
 * `npm run soak`, which is for nights and for changes of the core.
 */

const inSoak = process.env.BACKBEAT_SOAK === "1";

/** How many cases, messages or bars. */
export function effort(counts: { readonly test: number; readonly soak: number }): number {
  return inSoak ? counts.soak : counts.test;
}

/** Fresh for each run, unless BACKBEAT_SEED names one; a test that uses it says it, so that it can be run again. */
export const SEED = Number(process.env.BACKBEAT_SEED ?? Math.floor(Math.random() * 2 ** 31));
