// biome-ignore-all lint/a11y/useSemanticElements: only the rows in sight exist, laid over a canvas: no <table> can
/**
 * The lanes: names in the page, cells on a canvas, both only as far as they are in sight.
 *
 * For those who do not see it this is a grid with one focus: arrows move a cursor through lanes and beats, and each
 * lane says in a sentence what its agent does. The order stands still while somebody points or types here.
 */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { look, takeArrival } from "../page/feed.ts";
import { measure } from "../page/measures.ts";
import { bars, beat, lanesReached, openAgent, rows, rowsVersion, view } from "../page/store.ts";
import { coloursVersion } from "../page/theme.ts";
import { drawScore } from "./draw.ts";
import { fitCanvas } from "./fit-canvas.ts";
import { beatAt } from "./geometry.ts";
import { Lanes } from "./lanes.tsx";
import type { Palette } from "./marks.ts";
import { moveCursor } from "./move-cursor.ts";
import { readPalette } from "./palette.ts";
import {
  columns,
  currentBeat,
  cursor,
  laneHeight,
  lanesInSight,
  scrollFor,
  scrollTopPx,
  size,
  visibleBars,
} from "./sight.ts";
import { Tip } from "./tip.tsx";

/** Lanes asked for beyond the edges, so that a small step shows no hole. */
const LANES_AROUND = 20;

/** Reverb gives no more in one answer. */
const LANES_ASKED_MAX = 200;

/** So long after the pointer or a key was last moved here, lanes keep their places. */
const HOLD_MS = 4_000;

export function Stage() {
  const scroller = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLCanvasElement>(null);
  useEffect(() => (cells.current === null ? undefined : keepDrawn(cells.current)), []);
  useEffect(() => {
    // The stage before this one may have been scrolled.
    scrollTopPx.value = scroller.current?.scrollTop ?? 0;
    return watchSight();
  }, []);
  const total = lanesReached.value;
  const at = cursor.value;

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") openAt(at?.place);
    const next = moveCursor(at, { key: event.key, ...extent() });
    if (next === undefined) return;
    event.preventDefault();
    hold();
    cursor.value = next;
    if (scroller.current !== null) scroller.current.scrollTop = scrollFor(next.place);
  };
  const onPointerMove = (event: PointerEvent): void => {
    hold();
    cursor.value = pointed(event, cells.current);
  };
  return (
    <div
      ref={scroller}
      class="stage-scroller"
      role="grid"
      tabIndex={0}
      aria-label="Agents by beats. Arrow keys move, Enter opens an agent."
      aria-rowcount={total}
      aria-readonly="true"
      aria-activedescendant={
        at !== undefined && rows.at(at.place) !== undefined ? `cell-${at.place}` : undefined
      }
      onScroll={({ currentTarget }) => {
        scrollTopPx.value = currentTarget.scrollTop;
      }}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerLeave={() => {
        if (cursor.value?.isByKey === false) cursor.value = undefined;
      }}
      onBlur={() => {
        cursor.value = undefined;
      }}
      onClick={() => openAt(cursor.value?.place)}
    >
      <div class="stage-extent" role="presentation" style={{ height: `${total * laneHeight.value}px` }}>
        <div class="stage" role="presentation">
          <Lanes />
          <div class="stage-cells" aria-hidden="true">
            <canvas ref={cells} />
          </div>
        </div>
      </div>
      <Tip cells={cells} />
    </div>
  );
}

function openAt(place: number | undefined): void {
  const row = place === undefined ? undefined : rows.at(place);
  if (row !== undefined) openAgent(row.agentId);
}

function extent() {
  const heightPx = size.value.heightPx;
  const now = currentBeat.value ?? 0;
  return {
    lanes: lanesReached.value,
    lanesPerPage: Math.max(1, Math.floor(heightPx / laneHeight.value)),
    firstLane: lanesInSight.value.first,
    fromBeat: columns.value?.fromBeat ?? now,
    toBeat: columns.value?.toBeat ?? now,
    currentBeat: now,
  };
}

function pointed({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement | null) {
  if (canvas === null) return undefined;
  const box = canvas.getBoundingClientRect();
  const place = Math.floor((clientY - box.top + scrollTopPx.value) / laneHeight.value);
  if (place < 0 || place >= lanesReached.value) return undefined;
  const onBeat = columns.value === undefined ? undefined : beatAt(columns.value, clientX - box.left);
  return { place, beat: onBeat, isByKey: false };
}

let releaseTimer: ReturnType<typeof setTimeout> | undefined;
let isHeld = false;

function hold(): void {
  clearTimeout(releaseTimer);
  releaseTimer = setTimeout(() => {
    isHeld = false;
    tellSight();
  }, HOLD_MS);
  if (isHeld) return;
  isHeld = true;
  tellSight();
}

function tellSight(): void {
  const { end, first } = lanesInSight.peek();
  // In steps of half of what is around, so that each pixel of scrolling asks nothing new.
  const step = LANES_AROUND / 2;
  const offset = Math.max(0, Math.floor((first - step) / step) * step);
  const wanted = Math.ceil((end - offset + LANES_AROUND) / step) * step;
  look({ offset, limit: Math.min(LANES_ASKED_MAX, Math.max(2 * LANES_AROUND, wanted)), isHeld });
}

function watchSight(): () => void {
  return effect(() => {
    void lanesInSight.value;
    tellSight();
  });
}

/** Draws the cells whenever something of them changes, once a frame at most. */
function keepDrawn(canvas: HTMLCanvasElement): () => void {
  const pen = canvas.getContext("2d");
  const host = canvas.parentElement;
  if (pen === null || host === null) return () => undefined;
  let palette: Palette | undefined;
  let frame = 0;
  const draw = (): void => {
    frame = 0;
    palette ??= readPalette(host);
    drawNow(pen, palette);
  };
  const watcher = new ResizeObserver(() => {
    size.value = { widthPx: host.clientWidth, heightPx: host.clientHeight };
  });
  watcher.observe(host);
  const stopColours = effect(() => {
    void coloursVersion.value;
    palette = undefined;
  });
  const stopDrawing = effect(() => {
    // Read so that a change of each comes back here; drawn is what they are by then.
    void [rowsVersion.value, columns.value, visibleBars.value, lanesInSight.value, laneHeight.value];
    void [beat.value, bars.value, cursor.value, view.value, size.value, coloursVersion.value];
    if (frame === 0) frame = requestAnimationFrame(draw);
  });
  return () => {
    watcher.disconnect();
    stopColours();
    stopDrawing();
    cancelAnimationFrame(frame);
  };
}

let isDataDrawn = false;

function drawNow(pen: CanvasRenderingContext2D, palette: Palette): void {
  const startedAtMs = performance.now();
  const { heightPx, widthPx } = size.peek();
  fitCanvas(pen, { widthPx, heightPx });
  const layout = columns.peek();
  if (layout === undefined) {
    pen.clearRect(0, 0, widthPx, heightPx);
    return;
  }
  const chosen = view.peek().agent;
  drawScore(pen, {
    widthPx,
    heightPx,
    columns: layout,
    lanes: lanesInSight.peek(),
    laneHeight: laneHeight.peek(),
    laneAt: (place) => rows.at(place),
    bars: visibleBars.peek().map(({ fromBeat, reported, toBeat }) => {
      return { fromBeat, toBeat, isReported: reported !== undefined };
    }),
    currentBeat: currentBeat.peek() ?? layout.toBeat,
    cursor: cursor.peek(),
    chosenPlace: chosen === undefined ? undefined : rows.placeOf(chosen),
    palette,
  });
  measure("backbeat:draw", startedAtMs);
  const arrivedAtMs = takeArrival();
  if (arrivedAtMs !== undefined) measure("backbeat:claims-drawn", arrivedAtMs);
  if (isDataDrawn || rows.at(0) === undefined) return;
  isDataDrawn = true;
  measure("backbeat:first-data", 0);
}
