/** A state as a small picture beside its word: the same colours and shapes as in the cells of the score. */
import type { AgentState } from "../wire/types.ts";

const SHAPES: Readonly<Record<AgentState, string>> = {
  planning: "M2.75 2.75h6.5v6.5h-6.5z",
  executing: "",
  reviewing: "M1 6h10",
  helping: "M3.5 6h5M6 3.5v5",
  completed: "M3.2 6.2l2 2 3.6-4.2",
  idle: "M2 6h8",
  blocked: "M4.6 3.5v5M7.4 3.5v5",
  failed: "M3.8 3.8l4.4 4.4M3.8 8.2l4.4-4.4",
};

/** Says nothing by itself: its word stands beside it. */
export function Mark({ state }: { readonly state: AgentState }) {
  const isOpen = state === "planning" || state === "idle";
  return (
    <svg class={`mark mark-${state}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {!isOpen && <rect x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />}
      <path d={SHAPES[state]} class={isOpen ? "mark-line" : "mark-glyph"} />
    </svg>
  );
}
