/** Who waits for whom right now: agents whose last state is blocked, whom they name, and the cycles among them. */
import type { Aggregator } from "../core/aggregator.ts";
import { compare, waitCycles } from "../core/wait-graph.ts";

/** Dependencies among which cycles are sought for people: some 20 ms; the report looks at ten times as many. */
const WAITS_SEARCHED_MAX = 20_000;

export interface WaitMap {
  readonly blockedCount: number;
  /** False: too many wait to look for cycles, and those beyond the limit are not in the map. */
  readonly areSearched: boolean;
  /** Whom each blocked agent names; those that name nobody are left out. */
  readonly waits: ReadonlyMap<string, readonly string[]>;
  readonly edgesCount: number;
  readonly cycles: readonly (readonly string[])[];
  readonly inCycle: ReadonlySet<string>;
}

/** Looks at all agents. O(agents + dependencies). */
export function waitMapOf(aggregator: Aggregator): WaitMap {
  const waits = new Map<string, readonly string[]>();
  let blockedCount = 0;
  let edgesCount = 0;
  aggregator.eachAgent((agent) => {
    if (agent.state !== "blocked") return;
    blockedCount += 1;
    const { dependencies } = agent;
    edgesCount += dependencies.length;
    if (dependencies.length > 0 && edgesCount <= WAITS_SEARCHED_MAX) waits.set(agent.agentId, dependencies);
  });
  const areSearched = edgesCount <= WAITS_SEARCHED_MAX;
  const cycles = areSearched ? waitCycles(waits) : [];
  return { blockedCount, areSearched, waits, edgesCount, cycles, inCycle: new Set(cycles.flat()) };
}

/** Every wait as a pair: those of agents in cycles first, then by name. */
export function* edgesOf({ inCycle, waits }: WaitMap): Generator<readonly [from: string, to: string]> {
  const names = [...waits.keys()].sort(
    (a, b) => Number(inCycle.has(b)) - Number(inCycle.has(a)) || compare(a, b),
  );
  for (const from of names) for (const to of waits.get(from) ?? []) yield [from, to];
}
