/** By what agents are judged now: where the beat is, and whether reverb itself is behind. */
import type { PresenceOptions } from "../core/presence.ts";
import { lagBeatsOf, type Watched } from "./alarms.ts";

/** While reverb is this far behind the beat, nobody is called silent. */
const LAG_BEATS_MAX = 2;

export function presenceNow(watched: Watched): PresenceOptions {
  const { aggregator } = watched.mode;
  return {
    currentBeat: aggregator.newest?.index ?? 0,
    barLength: aggregator.barLength,
    isLagging: lagBeatsOf(watched) > LAG_BEATS_MAX,
  };
}
