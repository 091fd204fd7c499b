/**
 * Who waits for whom in a circle: strongly connected components by Tarjan, iteratively, on numbers.
 *
 * Names are looked up once per dependency, which is most of the work; a chain of 100,000 agents must not overflow
 * the call stack.
 */

/** Agent → agents that it waits for. Agents that are not keys wait for nobody. */
export type WaitGraph = ReadonlyMap<string, readonly string[]>;

/** The graph by places in the order of its keys; the targets of a place stand at `starts[place] … starts[place + 1]`. */
interface Edges {
  readonly starts: Int32Array;
  readonly targets: Int32Array;
}

/**
 * The wait cycles: components of two or more agents, and agents that wait for themselves. Names are sorted
 * within a cycle, cycles by their first name, so the result does not depend on the order of the map.
 */
export function waitCycles(graph: WaitGraph): string[][] {
  const names = [...graph.keys()];
  const edges = edgesOf(graph, names);
  return new Search(edges)
    .components()
    .filter((component) => component.length > 1 || waitsForItself(edges, component[0] as number))
    .map((component) => component.map((place) => names[place] as string).sort(compare))
    .sort((a, b) => compare(a[0] as string, b[0] as string));
}

/** By UTF-16 code unit: the same on every machine, unlike a locale's order. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function edgesOf(graph: WaitGraph, names: readonly string[]): Edges {
  const places = new Map<string, number>();
  let edgesMax = 0;
  for (const [name, awaited] of graph) {
    places.set(name, places.size);
    edgesMax += awaited.length;
  }
  const starts = new Int32Array(names.length + 1);
  const targets = new Int32Array(edgesMax);
  let edges = 0;
  for (const [place, name] of names.entries()) {
    for (const awaited of graph.get(name) ?? []) {
      const target = places.get(awaited);
      if (target !== undefined) targets[edges++] = target;
    }
    starts[place + 1] = edges;
  }
  return { starts, targets };
}

function waitsForItself({ starts, targets }: Edges, place: number): boolean {
  return targets.subarray(starts[place], starts[place + 1]).includes(place);
}

const UNSEEN = 0;

/** State of one search: the path from its root, and the places that are not in a component yet. */
class Search {
  readonly #edges: Edges;
  /** Of each place: when it was entered, from 1. */
  readonly #order: Int32Array;
  /** The earliest entered place on the stack that it reaches. */
  readonly #low: Int32Array;
  /** The next of its edges to follow. */
  readonly #next: Int32Array;
  readonly #isOnStack: Uint8Array;
  readonly #stack: number[] = [];
  readonly #path: number[] = [];
  readonly #components: number[][] = [];
  #entered = 0;

  constructor(edges: Edges) {
    const places = edges.starts.length - 1;
    this.#edges = edges;
    this.#order = new Int32Array(places);
    this.#low = new Int32Array(places);
    this.#next = edges.starts.slice(0, places);
    this.#isOnStack = new Uint8Array(places);
  }

  components(): number[][] {
    for (let place = 0; place < this.#order.length; place += 1)
      if (this.#order[place] === UNSEEN) this.#explore(place);
    return this.#components;
  }

  #explore(root: number): void {
    this.#enter(root);
    for (let place = this.#path.at(-1); place !== undefined; place = this.#path.at(-1)) {
      const at = this.#next[place] as number;
      if (at === this.#edges.starts[place + 1]) {
        this.#leave(place);
        continue;
      }
      this.#next[place] = at + 1;
      const target = this.#edges.targets[at] as number;
      if (this.#order[target] === UNSEEN) this.#enter(target);
      else if (this.#isOnStack[target] === 1) this.#lower(place, this.#order[target] as number);
    }
  }

  #enter(place: number): void {
    this.#entered += 1;
    this.#order[place] = this.#entered;
    this.#low[place] = this.#entered;
    this.#isOnStack[place] = 1;
    this.#stack.push(place);
    this.#path.push(place);
  }

  #leave(place: number): void {
    const low = this.#low[place] as number;
    this.#path.pop();
    const parent = this.#path.at(-1);
    if (parent !== undefined) this.#lower(parent, low);
    if (low !== this.#order[place]) return;
    const component = this.#stack.splice(this.#stack.lastIndexOf(place));
    for (const member of component) this.#isOnStack[member] = 0;
    this.#components.push(component);
  }

  #lower(place: number, low: number): void {
    if (low < (this.#low[place] as number)) this.#low[place] = low;
  }
}
