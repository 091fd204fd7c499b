/** The live score as it is asked for: sources gathered, cells brought up to now, waits not searched too often. */
import type { LiveScore } from "./live-score.ts";
import type { ScoreView } from "./live-view.ts";
import { Paced } from "./paced.ts";
import { presenceNow } from "./presence-now.ts";
import type { ShownParts } from "./reverb-view.ts";
import { groupPageOf, type ScoreSources, scorePageOf } from "./score.ts";
import { storyOf, waitsPageOf } from "./story.ts";
import { waitMapOf } from "./wait-map.ts";

export function createScoreView(parts: ShownParts, live: LiveScore): ScoreView {
  const { ports, retained } = parts;
  const waits = new Paced(ports.clock, () => waitMapOf(parts.mode.aggregator));
  const sources = (): ScoreSources => {
    const { aggregator, seq } = parts.mode;
    aggregator.sample(live.cells);
    const waitMap = waits.get(seq);
    return {
      aggregator,
      cells: live.cells,
      options: { ...presenceNow(parts), inCycle: waitMap.inCycle },
      waits: waitMap,
      nowMs: ports.clock.wallMs(),
      windows: [...aggregator.openWindows(), ...retained.windows(ports.clock.monotonicMs())],
    };
  };
  return {
    live,
    score: (query) => scorePageOf(sources(), query),
    groups: (query) => groupPageOf(sources(), query),
    story: (agentId) => storyOf(sources(), agentId),
    waits: (edgesMax) => waitsPageOf(sources(), edgesMax),
  };
}
