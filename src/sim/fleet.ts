/** A fleet of simulated agents: all of one process, each with a life of its own. */
import { Actor } from "./actor.ts";
import type { FleetSettings } from "./fleet-settings.ts";

/** Most agents of a fleet: what a window counts by default; each takes about half a kilobyte. */
export const FLEET_AGENTS_MAX = 100_000;

/** The agents of a fleet by their places. */
export function createFleet(settings: FleetSettings): readonly Actor[] {
  return Array.from({ length: settings.agents }, (_, place) => new Actor(settings, place));
}
