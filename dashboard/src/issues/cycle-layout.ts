/** A wait cycle as a small drawing: agents on a ring, arrows to those whom they wait for. Pure. */

export interface Node {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** On which side of the node its name stands. */
  readonly side: "left" | "right" | "middle";
}

export interface Arrow {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface CycleDrawing {
  readonly nodes: readonly Node[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
  /** Agents of the cycle that are not drawn. */
  readonly left: number;
}

/** More nodes on a ring of that size could not be told apart. */
export const NODES_MAX = 8;

const WIDTH = 320;
const HEIGHT = 132;

/** Two agents lie beside each other. */
const HEIGHT_OF_TWO = 44;
const RADIUS_X = 62;
const RADIUS_Y = 44;
const NODE_RADIUS = 5;

/** From a node's edge to the tip of an arrow. */
const ARROW_GAP = 4;

export function drawCycle(
  cycle: readonly string[],
  edges: readonly (readonly [from: string, to: string])[],
): CycleDrawing {
  const drawn = cycle.slice(0, NODES_MAX);
  const height = drawn.length <= 2 ? HEIGHT_OF_TWO : HEIGHT;
  const nodes = drawn.map((id, place): Node => {
    // From the left, so that a circle of two lies beside each other.
    const angle = Math.PI + (2 * Math.PI * place) / drawn.length;
    const [x, y] = [WIDTH / 2 + RADIUS_X * Math.cos(angle), height / 2 + RADIUS_Y * Math.sin(angle)];
    return { id, x, y, side: Math.abs(x - WIDTH / 2) < 1 ? "middle" : x < WIDTH / 2 ? "left" : "right" };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const known = edges.filter(([from, to]) => from !== to && byId.has(from) && byId.has(to));
  const arrows = known.map(([from, to]) => arrowBetween(byId.get(from) as Node, byId.get(to) as Node));
  return { nodes, arrows, width: WIDTH, height, left: cycle.length - drawn.length };
}

/** Shifted to its right, so that two that wait for each other have two arrows. */
function arrowBetween(from: Node, to: Node): Arrow {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const [sx, sy] = [-uy * 3, ux * 3];
  const cut = NODE_RADIUS + ARROW_GAP;
  return {
    x1: from.x + ux * cut + sx,
    y1: from.y + uy * cut + sy,
    x2: to.x - ux * cut + sx,
    y2: to.y - uy * cut + sy,
  };
}

/** Edges to draw where only the members are known: each waits for the next. */
export function ringEdges(cycle: readonly string[]): readonly (readonly [from: string, to: string])[] {
  return cycle.map((id, place) => [id, cycle[(place + 1) % cycle.length] ?? id] as const);
}
