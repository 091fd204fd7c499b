/**
 * Standoffs: two or three agents that wait for each other in a circle, and after some beats think better of it.
 *
 * Who takes part, and when, follows from the seed alone, so each agent finds out by itself and none has to be
 * told. Neighbours form teams of two and three in turn; in each span of `taskBeats` beats a team has a standoff
 * with the probability `rates.wait`.
 */
import type { FleetSettings } from "./fleet-settings.ts";
import { fractionOf } from "./random.ts";

/** Two teams side by side. */
const PAIR = 2;
const PAIR_AND_TRIPLE = 5;

/** What chance is asked, so that one answer says nothing about the next. */
const WHETHER = 0x0100_0000;
const LENGTH = 0x0200_0000;
const BEGIN = 0x0300_0000;

/**
 * The place of the agent that the one at `place` waits for in a standoff; undefined where there is none.
 * `age`: beats since the fleet began.
 */
export function standoffOf(settings: FleetSettings, place: number, age: number): number | undefined {
  const { rates, seed, taskBeats } = settings;
  if (rates.wait === 0) return undefined;
  const span = Math.floor(age / taskBeats);
  const { team, from, to } = teamOf(place, settings.agents);
  if (to - from < 2 || fractionOf(seed, team | WHETHER, span) >= rates.wait) return undefined;
  // A quarter to all of the span: often enough it lasts beyond the end of a bar and stands in its report.
  const lengthMin = Math.ceil(taskBeats / 4);
  const beats = lengthMin + Math.floor(fractionOf(seed, team | LENGTH, span) * (taskBeats - lengthMin + 1));
  const begin = Math.floor(fractionOf(seed, team | BEGIN, span) * (taskBeats - beats + 1));
  const into = (age % taskBeats) - begin;
  if (into < 0 || into >= beats) return undefined;
  return place + 1 < to ? place + 1 : from;
}

/** Places 0 1 | 2 3 4 | 5 6 | 7 8 9 … ; `to` is exclusive. */
function teamOf(place: number, agents: number): { team: number; from: number; to: number } {
  const pairAndTriple = Math.floor(place / PAIR_AND_TRIPLE);
  const isPair = place % PAIR_AND_TRIPLE < PAIR;
  const from = pairAndTriple * PAIR_AND_TRIPLE + (isPair ? 0 : PAIR);
  const to = Math.min(agents, isPair ? from + PAIR : (pairAndTriple + 1) * PAIR_AND_TRIPLE);
  return { team: 2 * pairAndTriple + (isPair ? 0 : 1), from, to };
}
