/** The story of one agent, and of who waits for whom: what a person asks after having seen the score. */
import { FirstNames } from "../core/first-names.ts";
import { summarizeAgent } from "../core/presence.ts";
import { BEATS_KEPT_MAX } from "../core/score-cells.ts";
import type { AgentStory, OtherAgent, WaitsPage } from "./live-view.ts";
import { countedOf, type ScoreSources } from "./score.ts";
import { edgesOf } from "./wait-map.ts";

/** Names of those who wait for an agent: enough to act on, few enough to read. */
const WAITING_NAMED_MAX = 100;

/** Cycles, and agents of one, that are shown. */
const CYCLES_SHOWN_MAX = 100;

/** What is known of one agent; undefined where it is not remembered. */
export function storyOf(sources: ScoreSources, agentId: string): AgentStory | undefined {
  const { aggregator, cells, options, waits } = sources;
  const found = aggregator.findAgent(agentId);
  if (found === undefined) return undefined;
  const { agent, windowId } = found;
  const summary = summarizeAgent(agent, { ...options, windowId });
  const waitedForBy = new FirstNames(WAITING_NAMED_MAX);
  for (const [name, awaited] of waits.waits) if (awaited.includes(agentId)) waitedForBy.add(name);
  const toBeat = aggregator.newest?.index;
  const fromBeat = Math.max(0, (toBeat ?? 0) - BEATS_KEPT_MAX + 1);
  const letters = toBeat === undefined ? "" : cells.reader(fromBeat, toBeat)(agent.lane);
  return {
    ...summary,
    lane: agent.lane,
    trouble: countedOf(agent, sources).trouble,
    changedBeat: agent.changedBeat,
    tasks: agent.tasks.map(({ lastState, taskId }) => ({ taskId, state: lastState })),
    waitsFor: summary.dependencies.map((name) => otherAgent(sources, name)),
    waitedForBy: waitedForBy.names,
    waitedForByCount: waitedForBy.count,
    cycle: waits.cycles.find((cycle) => cycle.includes(agentId))?.slice(0, CYCLES_SHOWN_MAX),
    cells: toBeat === undefined ? undefined : { fromBeat, toBeat, letters },
  };
}

/** The first waits, those of cycles before all others, and everybody whom they name. */
export function waitsPageOf(sources: ScoreSources, edgesMax: number): WaitsPage {
  const { waits } = sources;
  const edges: { readonly from: string; readonly to: string }[] = [];
  for (const [from, to] of edgesOf(waits)) {
    if (edges.length >= edgesMax) break;
    edges.push({ from, to });
  }
  const names = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return {
    nowMs: sources.nowMs,
    blockedCount: waits.blockedCount,
    areSearched: waits.areSearched,
    cycles: waits.cycles.slice(0, CYCLES_SHOWN_MAX).map((cycle) => cycle.slice(0, CYCLES_SHOWN_MAX)),
    cyclesCount: waits.cycles.length,
    edges,
    edgesCount: waits.edgesCount,
    agents: [...names].map((name) => ({ ...otherAgent(sources, name), isInCycle: waits.inCycle.has(name) })),
  };
}

function otherAgent(sources: ScoreSources, agentId: string): OtherAgent {
  const found = sources.aggregator.findAgent(agentId);
  if (found === undefined) return { agentId, state: undefined, presence: undefined };
  const { presence, state } = countedOf(found.agent, sources);
  return { agentId, state, presence };
}
