/** Draws a wait cycle; its agents can be opened. */
import { openAgent } from "../page/store.ts";
import { drawCycle, type Node, ringEdges } from "./cycle-layout.ts";

interface CycleGraphProps {
  readonly cycle: readonly string[];
  /** Who waits for whom, as far as it is known. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** Longer names are cut in the drawing; the title has all of it. */
const NAME_MAX = 15;

export function CycleGraph({ cycle, edges }: CycleGraphProps) {
  const members = new Set(cycle);
  const within = edges.filter(([from, to]) => members.has(from) && members.has(to));
  const { arrows, height, left, nodes, width } = drawCycle(
    cycle,
    within.length > 0 ? within : ringEdges(cycle),
  );
  return (
    <figure class="cycle">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Circle of waiting: ${cycle.join(", ")}`}
      >
        <defs>
          <marker id="tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 6 3 0 6z" class="cycle-tip" />
          </marker>
        </defs>
        {arrows.map(({ x1, x2, y1, y2 }) => (
          <line
            key={`${x1} ${y1} ${x2} ${y2}`}
            x1={x1}
            y1={y1}
            x2={x2}
            y2={y2}
            class="cycle-arrow"
            marker-end="url(#tip)"
          />
        ))}
        {nodes.map((node) => (
          <NodeMark key={node.id} node={node} />
        ))}
      </svg>
      <figcaption>
        {cycle.slice(0, nodes.length).map((id) => (
          <button key={id} type="button" class="link-button" onClick={() => openAgent(id)}>
            {id}
          </button>
        ))}
        {left > 0 && <span class="soft">and {left} more</span>}
      </figcaption>
    </figure>
  );
}

const ANCHORS = { left: "end", right: "start", middle: "middle" } as const;

function NodeMark({ node: { id, side, x, y } }: { readonly node: Node }) {
  const away = side === "left" ? -10 : side === "right" ? 10 : 0;
  const below = side === "middle" ? (y < 60 ? -10 : 18) : 4;
  return (
    <g>
      <title>{id}</title>
      <circle cx={x} cy={y} r="5" class="cycle-node" />
      <text x={x + away} y={y + below} text-anchor={ANCHORS[side]} class="cycle-name">
        {id.length > NAME_MAX ? `${id.slice(0, NAME_MAX - 1)}…` : id}
      </text>
    </g>
  );
}
