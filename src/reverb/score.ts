/** A page of the live score: the agents that are meant, worst first or by name, with what was seen of them beat by beat. */
import type { AgentRecord } from "../core/agent-record.ts";
import type { Aggregator } from "../core/aggregator.ts";
import { FirstNames } from "../core/first-names.ts";
import { presenceOf } from "../core/presence.ts";
import { BEATS_KEPT_MAX, type BeatSpan, type ScoreCells } from "../core/score-cells.ts";
import type { WindowSummary } from "../core/summary.ts";
import { TROUBLES, type TroubleOptions, troubleOf } from "../core/trouble.ts";
import { type Counted, Crowd, groupOf, meansId } from "./crowd.ts";
import type { AgentGroup, GroupPage, GroupQuery, ScoreLane, ScorePage, ScoreQuery } from "./live-view.ts";
import type { WaitMap } from "./wait-map.ts";

/** Groups that are told apart: more prefixes than this are no grouping. */
const GROUPS_MAX = 1_000;

/** What pages are made from, as it is now. */
export interface ScoreSources {
  readonly aggregator: Aggregator;
  readonly cells: ScoreCells;
  readonly options: TroubleOptions;
  readonly waits: WaitMap;
  /** Ms since the Unix epoch. */
  readonly nowMs: number;
  /** Newest first. */
  readonly windows: readonly WindowSummary[];
}

/** One pass over all agents; only the page is sorted and summarized. */
export function scorePageOf(sources: ScoreSources, query: ScoreQuery): ScorePage {
  const { aggregator, cells, windows } = sources;
  const means = meansId(query);
  const counts = new Crowd();
  const end = query.offset + query.limit;
  const heaps = (query.sort === "trouble" ? TROUBLES : ["all"]).map(() => new FirstNames(end));
  const lanesMeant: number[] = [];
  let agentsCount = 0;
  aggregator.eachAgent((agent) => {
    agentsCount += 1;
    if (!means(agent.agentId)) return;
    const counted = countedOf(agent, sources);
    counts.add(counted);
    if (query.hasSums) lanesMeant.push(agent.lane);
    if (matches(counted, query))
      heaps[query.sort === "trouble" ? TROUBLES.indexOf(counted.trouble) : 0]?.add(agent.agentId);
  });
  const range = rangeOf(sources, query.bars);
  const bars = barsOfLine(windows);
  const names = heaps.flatMap((heap) => heap.names).slice(query.offset, end);
  const letters = range === undefined ? () => "" : cells.reader(range.fromBeat, range.toBeat);
  return {
    nowMs: sources.nowMs,
    look: cells.looks,
    roster: cells.roster,
    range,
    bars: bars.filter(({ toBeat }) => range !== undefined && toBeat >= range.fromBeat).toReversed(),
    lanes: names.map((name) => laneOf(sources, name, letters)).filter((lane) => lane !== undefined),
    total: heaps.reduce((sum, heap) => sum + heap.count, 0),
    agentsCount,
    counts,
    sums: query.hasSums && range !== undefined ? cells.sums(lanesMeant, range) : undefined,
  };
}

/** All agents by the beginnings of their ids. */
export function groupPageOf(sources: ScoreSources, query: GroupQuery): GroupPage {
  const means = meansId(query);
  const groups = new Map<string, Crowd>();
  let ungroupedAgents = 0;
  sources.aggregator.eachAgent((agent) => {
    if (!means(agent.agentId)) return;
    const name = groupOf(agent.agentId);
    if (!groups.has(name) && groups.size >= GROUPS_MAX) {
      ungroupedAgents += 1;
      return;
    }
    const crowd = groups.get(name) ?? new Crowd();
    groups.set(name, crowd);
    crowd.add(countedOf(agent, sources));
  });
  const sorted = [...groups].sort(
    ([a, one], [b, other]) => (query.sort === "trouble" ? one.worst - other.worst : 0) || (a < b ? -1 : 1),
  );
  const page = sorted.slice(query.offset, query.offset + query.limit);
  return {
    nowMs: sources.nowMs,
    groups: page.map(([group, crowd]) => groupBody(group, crowd)),
    total: groups.size,
    ungroupedAgents,
  };
}

/** What is counted of an agent. */
export function countedOf(agent: AgentRecord, { options }: Pick<ScoreSources, "options">): Counted {
  return { state: agent.state, presence: presenceOf(agent, options), trouble: troubleOf(agent, options) };
}

/** The beats of the current bar and of those before it, as far as they are kept; undefined before the first frame. */
export function rangeOf(sources: ScoreSources, bars: number): BeatSpan | undefined {
  const { barLength, newest } = sources.aggregator;
  const windows = barsOfLine(sources.windows);
  const current = windows[0];
  if (newest === undefined || current === undefined) return undefined;
  const toBeat = newest.index;
  const known = windows[Math.min(bars, windows.length) - 1] ?? current;
  const missing = Math.max(0, bars - windows.length);
  const wanted = known.fromBeat - missing * barLength;
  return { fromBeat: Math.max(0, Math.min(toBeat, wanted), toBeat - BEATS_KEPT_MAX + 1), toBeat };
}

/** Newest first, back to where the timeline began: bars of the line before it may lie at any beat. */
function barsOfLine(windows: readonly WindowSummary[]): readonly WindowSummary[] {
  const end = windows.findIndex(({ fromBeat }, at) => at > 0 && fromBeat >= (windows[at - 1]?.fromBeat ?? 0));
  return end < 0 ? windows : windows.slice(0, end);
}

function laneOf(
  sources: ScoreSources,
  agentId: string,
  letters: (lane: number) => string,
): ScoreLane | undefined {
  const agent = sources.aggregator.findAgent(agentId)?.agent;
  if (agent === undefined) return undefined;
  const { presence, state, trouble } = countedOf(agent, sources);
  return {
    lane: agent.lane,
    agentId,
    state,
    presence,
    trouble,
    taskId: agent.taskId,
    progress: agent.progress,
    beatsLeft: agent.beatsLeft,
    beatIndex: agent.beatIndex,
    ageBeats: Math.max(0, sources.options.currentBeat - agent.beatIndex),
    claimsCount: agent.claims,
    cells: letters(agent.lane),
  };
}

function matches(counted: Counted, { presence, state, trouble }: ScoreQuery): boolean {
  if (state !== undefined && counted.state !== state) return false;
  if (presence !== undefined && counted.presence !== presence) return false;
  if (trouble === "any") return counted.trouble !== "none";
  return trouble === undefined || counted.trouble === trouble;
}

function groupBody(group: string, { agentsCount, presence, states, trouble }: Crowd): AgentGroup {
  return { group, agentsCount, presence, states, trouble };
}
