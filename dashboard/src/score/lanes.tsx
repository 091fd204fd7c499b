// biome-ignore-all lint/a11y/useSemanticElements: only the rows in sight exist, laid beside a canvas: no <table> can
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the one focus, and says which cell is active
/** The names beside the lanes that are in sight, with what each agent does in words. */
import { lanesTotal, rows, rowsVersion, view } from "../page/store.ts";
import { percentText } from "../words/numbers.ts";
import { laneSentence, TROUBLE_WORDS } from "../words/states.ts";
import { cellText } from "./cell-text.ts";
import type { Row } from "./rows.ts";
import { cursor, laneHeight, lanesInSight } from "./sight.ts";

export function Lanes() {
  // Rows change in place.
  void rowsVersion.value;
  const { end, first, topPx } = lanesInSight.value;
  const places = Array.from({ length: end - first }, (_, index) => first + index);
  return (
    <div
      class="lanes"
      role="rowgroup"
      style={{ transform: `translateY(${topPx}px)`, "--lane-height": `${laneHeight.value}px` }}
    >
      {places.map((place) => (
        <Lane key={place} place={place} row={rows.at(place)} />
      ))}
      {lanesTotal.value === undefined && <div class="lanes-reading" role="presentation" />}
    </div>
  );
}

function Lane({ place, row }: { readonly place: number; readonly row: Row | undefined }) {
  const isChosen = row !== undefined && view.value.agent === row.agentId;
  return (
    <div
      class="lane"
      role="row"
      aria-rowindex={place + 1}
      aria-selected={isChosen}
      data-pointed={cursor.value?.place === place}
      data-trouble={row?.trouble}
    >
      <span class="lane-id" role="rowheader">
        {row?.agentId ?? "…"}
      </span>
      {row !== undefined && <Doing row={row} />}
      <span class="unseen" role="gridcell" id={`cell-${place}`}>
        {row !== undefined && sentence(row, place)}
      </span>
    </div>
  );
}

/** Said in the sentence as well. */
function Doing({ row: { progress, taskId, trouble } }: { readonly row: Row }) {
  return (
    <span class="lane-doing" aria-hidden="true">
      {trouble !== "none" && <span class="lane-trouble">{TROUBLE_WORDS[trouble][0]}</span>}
      {taskId !== null && <span class="lane-task">{taskId}</span>}
      {progress !== null && <span class="lane-progress">{percentText(progress)}</span>}
    </span>
  );
}

function sentence(row: Row, place: number): string {
  const at = cursor.value;
  const { agentId, presence, progress, state, taskId, trouble } = row;
  const agent = laneSentence({ agentId, presence, progress, state, taskId, trouble });
  if (at?.place !== place || at.beat === undefined) return agent;
  return `${agent}. At ${cellText(row, at.beat)}`;
}
