/** Above the score: each bar with what its report says, and the beats within. A click opens the bar. */
import { beatsText, worstSeverity } from "../bars/bars.ts";
import { SeveritySign } from "../issues/severity.tsx";
import { agentsCount, beat, lanesReached, lanesTotal, live, openBar, view } from "../page/store.ts";
import { isFiltered } from "../page/view.ts";
import { countText, numberText } from "../words/numbers.ts";
import { beatX, type Columns } from "./geometry.ts";
import type { ShownBar } from "./shown-bars.ts";
import { columns, currentBeat, visibleBars } from "./sight.ts";

/** Narrower bars have no room for words. */
const BEATS_WIDTH_MIN = 66;

/** Of beats and figures. */
const WORDS_WIDTH_MIN = 136;

/** Nor these for a sign. */
const SIGN_WIDTH_MIN = 24;

export function Ruler() {
  const layout = columns.value;
  return (
    <div class="ruler">
      <p class="ruler-lanes">{lanesText()}</p>
      <div class="ruler-bars">
        {layout !== undefined &&
          visibleBars.value.map((bar) => <RulerBar key={bar.windowId} bar={bar} layout={layout} />)}
        {layout !== undefined && currentBeat.value !== undefined && (
          <span
            class="ruler-playhead"
            style={{ left: `${beatX(layout, currentBeat.value)}px`, width: `${layout.cellWidth}px` }}
          />
        )}
      </div>
    </div>
  );
}

function lanesText(): string {
  const total = lanesTotal.value;
  if (total === undefined) return "reading …";
  const reached = lanesReached.value;
  if (!isFiltered(view.value) && reached === total) return countText(total, "agent");
  return `${numberText(reached)} of ${countText(agentsCount.value, "agent")}`;
}

function RulerBar({ bar, layout }: { readonly bar: ShownBar; readonly layout: Columns }) {
  const left = Math.max(0, beatX(layout, bar.fromBeat));
  const width = Math.min(layout.rightPx, beatX(layout, bar.toBeat + 1)) - left;
  const { isOpen, reported, windowId } = bar;
  const span = { from_beat: bar.fromBeat, to_beat: bar.toBeat };
  const worst = reported && worstSeverity(reported.report);
  return (
    <button
      type="button"
      class="ruler-bar"
      data-open={isOpen}
      data-chosen={view.value.bar === windowId}
      style={{ left: `${left}px`, width: `${width}px` }}
      onClick={() => openBar(windowId)}
      title={`${beatsText(span)} · window ${windowId}`}
    >
      <span class={width >= BEATS_WIDTH_MIN ? "ruler-words" : "unseen"}>
        <span class="unseen">Bar of beats</span>{" "}
        <b>
          {bar.fromBeat}–{bar.toBeat}
        </b>{" "}
        <span class={width >= WORDS_WIDTH_MIN ? "soft" : "unseen"}>{stateText(bar)}</span>
      </span>
      {worst !== undefined && width >= SIGN_WIDTH_MIN && <SeveritySign severity={worst} />}
    </button>
  );
}

function stateText({ isOpen, reported, windowId }: ShownBar): string {
  if (reported !== undefined) return `${numberText(reported.report.agents_reporting)} reported`;
  if (!isOpen) return "closing";
  const now = beat.value;
  if (now === undefined) return "open";
  if (now.window_id !== windowId) return "closing";
  return `${numberText(live.value?.window.agents_reporting ?? now.window.agents_reporting)} so far`;
}
