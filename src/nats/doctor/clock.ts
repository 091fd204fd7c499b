/** How far the server's clock is from ours. Pure. */
import type { Finding } from "./finding.ts";

/** One message that was stored and read back, all in ms since the Unix epoch. */
export interface ClockRound {
  readonly sentAtMs: number;
  /** The server's word when it was stored. */
  readonly storedAtMs: number;
  /** When we knew that it was stored. */
  readonly knownAtMs: number;
}

export type ClockFacts =
  | { readonly kind: "measured"; readonly rounds: readonly ClockRound[] }
  | { readonly kind: "not-measured"; readonly why: string };

/** A fifth of the shortest beat in production (24 a minute): more than that makes reviews late that were not. */
export const CLOCK_DIFFERENCE_MAX_MS = 500;

const CHECK = "clock";

export function judgeClock(facts: ClockFacts): Finding {
  const best = facts.kind === "measured" ? leastRoundTrip(facts.rounds) : undefined;
  if (best === undefined)
    return {
      check: CHECK,
      level: "note",
      found: `the server's clock was not compared: ${facts.kind === "measured" ? "no round came back" : facts.why}`,
      means: "arrival times of claims are the server's, and on_time_reviews hangs on them",
    };
  const { offsetMs, uncertainMs } = best;
  const size = Math.abs(offsetMs);
  const found = `the server's clock is ${size.toFixed(0)} ms ${offsetMs < 0 ? "behind" : "ahead of"} ours, give or take ${uncertainMs.toFixed(1)} ms`;
  // What lies within the doubt is no difference.
  if (size - uncertainMs <= CLOCK_DIFFERENCE_MAX_MS) return { check: CHECK, level: "ok", found };
  return {
    check: CHECK,
    level: "warning",
    found,
    means:
      "arrival times of claims are the server's, deadlines of beats are the pulse's: on_time_reviews counts wrongly by that much. Nothing else hangs on it",
    fix: "let chrony or ntpd run on the servers of NATS and on the pulse's machine",
  };
}

export function leastRoundTrip(rounds: readonly ClockRound[]) {
  const all = rounds.map(({ knownAtMs, sentAtMs, storedAtMs }) => ({
    offsetMs: storedAtMs - (sentAtMs + knownAtMs) / 2,
    uncertainMs: Math.max(0, knownAtMs - sentAtMs) / 2,
  }));
  return all.sort((a, b) => a.uncertainMs - b.uncertainMs)[0];
}
