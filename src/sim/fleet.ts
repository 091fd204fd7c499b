/** A fleet of simulated agents: all of one process, each with a life of its own. */
import { Actor, type ClaimDraft } from "./actor.ts";
import { createCast } from "./cast.ts";
import type { FleetSettings } from "./fleet-settings.ts";

/** A simulated agent. */
export interface Player {
  readonly agentId: string;
  /** What it claims in a beat, none in silence; beats come in order. */
  claims(beatIndex: number): readonly ClaimDraft[];
}

/** Most agents of a fleet: what a window counts by default; each takes about half a kilobyte. */
export const FLEET_AGENTS_MAX = 100_000;

/** The agents of a fleet by their places. With `hasCast` the first of them play a part. */
export function createFleet(settings: FleetSettings, hasCast = false): readonly Player[] {
  const cast = hasCast ? createCast(settings.agents) : [];
  return Array.from({ length: settings.agents }, (_, place) => cast[place] ?? new Actor(settings, place));
}
