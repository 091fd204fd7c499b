/** Who waits for whom in a circle: strongly connected components by Tarjan, iteratively. */

/** Agent → agents that it waits for. Agents that are not keys wait for nobody. */
export type WaitGraph = ReadonlyMap<string, readonly string[]>;

interface Visit {
  readonly agent: string;
  readonly order: number;
  low: number;
  next: number;
  onStack: boolean;
}

/**
 * The wait cycles: components of two or more agents, and agents that wait for themselves. Names are sorted
 * within a cycle, cycles by their first name, so the result does not depend on the order of the map.
 */
export function waitCycles(graph: WaitGraph): string[][] {
  const visits = new Map<string, Visit>();
  const stack: Visit[] = [];
  const cycles: string[][] = [];
  for (const agent of graph.keys()) {
    if (!visits.has(agent)) explore(agent, { graph, visits, stack, cycles });
  }
  return cycles.sort((a, b) => compare(a[0] ?? "", b[0] ?? ""));
}

interface Search {
  readonly graph: WaitGraph;
  readonly visits: Map<string, Visit>;
  readonly stack: Visit[];
  readonly cycles: string[][];
}

/** Depth first with a path of our own: a chain of 100,000 agents must not overflow the call stack. */
function explore(root: string, search: Search): void {
  const path: Visit[] = [enter(root, search)];
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const awaited = search.graph.get(visit.agent)?.[visit.next];
    if (awaited === undefined) {
      path.pop();
      leave(visit, path.at(-1), search);
      continue;
    }
    visit.next += 1;
    if (!search.graph.has(awaited)) continue;
    const seen = search.visits.get(awaited);
    if (seen === undefined) path.push(enter(awaited, search));
    else if (seen.onStack) visit.low = Math.min(visit.low, seen.order);
  }
}

function enter(agent: string, { visits, stack }: Search): Visit {
  const visit = { agent, order: visits.size, low: visits.size, next: 0, onStack: true };
  visits.set(agent, visit);
  stack.push(visit);
  return visit;
}

function leave(visit: Visit, parent: Visit | undefined, { graph, stack, cycles }: Search): void {
  if (parent !== undefined) parent.low = Math.min(parent.low, visit.low);
  if (visit.low !== visit.order) return;
  const component: string[] = [];
  for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
    member.onStack = false;
    component.push(member.agent);
    if (member === visit) break;
  }
  const waitsForItself = graph.get(visit.agent)?.includes(visit.agent) ?? false;
  if (component.length > 1 || waitsForItself) cycles.push(component.sort(compare));
}

/** By UTF-16 code unit: the same on every machine, unlike a locale's order. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
