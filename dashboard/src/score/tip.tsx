/** What stands behind the cell that is pointed at: the beat, what was claimed, and of the last claim also the task. */
import type { RefObject } from "preact";
import { beat, rows, rowsVersion } from "../page/store.ts";
import { stateOfCode } from "../wire/letters.ts";
import { localTime, percentText, utcTime } from "../words/numbers.ts";
import { cellText } from "./cell-text.ts";
import { beatX } from "./geometry.ts";
import { Mark } from "./mark.tsx";
import type { Row } from "./rows.ts";
import { columns, cursor, laneHeight, scrollTopPx } from "./sight.ts";

/** Wide enough for what it says; beyond, it opens to the left. */
const WIDTH_PX = 270;

export function Tip({ cells }: { readonly cells: RefObject<HTMLCanvasElement | null> }) {
  void rowsVersion.value;
  const at = cursor.value;
  const layout = columns.value;
  const row = at === undefined ? undefined : rows.at(at.place);
  if (at?.beat === undefined || layout === undefined || row === undefined || cells.current === null)
    return null;
  const box = cells.current.getBoundingClientRect();
  const x = box.left + beatX(layout, at.beat) + layout.cellWidth;
  const top = box.top + (at.place + 1) * laneHeight.value - scrollTopPx.value + 6;
  const left = x + WIDTH_PX > innerWidth ? Math.max(4, x - WIDTH_PX - layout.cellWidth) : x + 6;
  // Below the lane, or above it where the page ends.
  const vertical =
    top + 96 > innerHeight
      ? { bottom: `${innerHeight - top + laneHeight.value + 12}px` }
      : { top: `${top}px` };
  return (
    <div class="tip" role="presentation" style={{ left: `${left}px`, ...vertical }}>
      <p class="tip-agent">{row.agentId}</p>
      <p>
        <Cell row={row} onBeat={at.beat} />
      </p>
      {at.beat === row.claimBeat && <LastClaim row={row} />}
      <p class="soft">{about(at.beat)}</p>
    </div>
  );
}

function Cell({ onBeat, row }: { readonly row: Row; readonly onBeat: number }) {
  const state = stateOfCode(row.cell(onBeat));
  return (
    <>
      {state !== undefined && <Mark state={state} />} {cellText(row, onBeat)}
    </>
  );
}

function LastClaim({ row: { beatsLeft, progress, taskId } }: { readonly row: Row }) {
  const parts = [
    taskId ?? "no task",
    ...(progress === null ? [] : [percentText(progress)]),
    ...(beatsLeft === null ? [] : [`${beatsLeft} beats left`]),
  ];
  return <p>its last claim: {parts.join(", ")}</p>;
}

/** When the beat was, or will be, if the tempo was the same all the time. */
function about(onBeat: number): string {
  const now = beat.value;
  if (now === undefined) return "";
  const beganMs = Date.now() - (performance.now() - now.beganAtMs);
  const timeMs = beganMs - (now.beat_index - onBeat) * now.beat_ms;
  const utc = utcTime(timeMs).slice(11, 19);
  return `about ${localTime(timeMs, Date.now())} · ${utc} UTC`;
}
