/**
 * Draws the score: lanes as staves, claims as notes, a bar's report as its barline.
 *
 * Only what is in sight is drawn, all of it anew each time: some ten thousand cells take a few milliseconds, and
 * nothing has to be remembered about what was drawn before.
 */
import { NOTHING, stateOfCode } from "../wire/letters.ts";
import type { AgentState } from "../wire/types.ts";
import { beatX, type Columns, type LaneRange } from "./geometry.ts";
import { type Box, drawMark, drawSilence, drawTie, type Palette } from "./marks.ts";

/** What is drawn of a lane. */
export interface DrawnLane {
  cell(beat: number): number;
  readonly presence: string;
  /** Beat of its last claim. */
  readonly claimBeat: number;
}

export interface DrawnBar {
  readonly fromBeat: number;
  readonly toBeat: number;
  /** Its report has come. */
  readonly isReported: boolean;
}

export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly columns: Columns;
  readonly lanes: LaneRange;
  readonly laneHeight: number;
  readonly laneAt: (place: number) => DrawnLane | undefined;
  readonly bars: readonly DrawnBar[];
  readonly currentBeat: number;
  /** Lane and beat that are pointed at. */
  readonly cursor?: { readonly place: number; readonly beat?: number | undefined } | undefined;
  /** Lane that is open beside the score. */
  readonly chosenPlace?: number | undefined;
  readonly palette: Palette;
}

/** Beats before the page in which the claim is looked for that still holds at its edge. */
const LOOK_BACK_BEATS = 16;

/** After these a task is over: nothing goes on until the next claim. */
const ENDS: ReadonlySet<AgentState> = new Set(["completed", "failed", "idle"]);

export function drawScore(pen: CanvasRenderingContext2D, picture: Picture): void {
  const { columns, heightPx, laneHeight, lanes, palette, widthPx } = picture;
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, widthPx, heightPx);
  drawFuture(pen, picture);
  drawStaves(pen, picture);
  const currentX = beatX(columns, picture.currentBeat);
  pen.fillStyle = palette.hover;
  pen.globalAlpha = 0.8;
  pen.fillRect(currentX, 0, columns.cellWidth, heightPx);
  pen.globalAlpha = 1;
  for (let place = lanes.first; place < lanes.end; place += 1) {
    const lane = picture.laneAt(place);
    if (lane !== undefined) drawLane(pen, lane, { picture, top: topOf(picture, place) });
  }
  drawBarlines(pen, picture);
  drawCursor(pen, picture);
  // The playhead: what is left of it has been heard.
  pen.fillStyle = palette.ink;
  pen.fillRect(currentX + columns.cellWidth - 1, 0, 1, Math.max(heightPx, laneHeight));
}

function topOf({ laneHeight, lanes }: Picture, place: number): number {
  return lanes.topPx + (place - lanes.first) * laneHeight;
}

/** Beats that are still to come lie on the page's ground. */
function drawFuture(pen: CanvasRenderingContext2D, picture: Picture): void {
  const { columns, currentBeat, heightPx, palette } = picture;
  const x = Math.max(0, beatX(columns, currentBeat + 1));
  if (x >= columns.rightPx) return;
  pen.fillStyle = palette.ground;
  pen.fillRect(x, 0, columns.rightPx - x, heightPx);
}

/** A line for each lane; also where nobody plays, as on music paper. */
function drawStaves(pen: CanvasRenderingContext2D, picture: Picture): void {
  const { chosenPlace, cursor, heightPx, laneHeight, lanes, palette, widthPx } = picture;
  for (const [place, colour] of [
    [chosenPlace, palette.chosen],
    [cursor?.place, palette.hover],
  ] as const) {
    if (place === undefined || place < lanes.first || place >= lanes.end) continue;
    pen.fillStyle = colour;
    pen.fillRect(0, topOf(picture, place), widthPx, laneHeight);
  }
  pen.fillStyle = palette.line;
  for (let y = lanes.topPx + laneHeight / 2; y < heightPx; y += laneHeight)
    pen.fillRect(0, Math.round(y), widthPx, 1);
}

function drawLane(
  pen: CanvasRenderingContext2D,
  lane: DrawnLane,
  { picture, top }: { readonly picture: Picture; readonly top: number },
): void {
  const { columns, currentBeat, laneHeight, palette } = picture;
  const pad = laneHeight >= 20 ? 4 : laneHeight >= 14 ? 3 : 1;
  const gap = columns.cellWidth >= 14 ? 2 : columns.cellWidth >= 5 ? 1 : 0;
  const box = (beat: number): Box => ({
    x: beatX(columns, beat),
    y: top + pad,
    width: columns.cellWidth - gap,
    height: laneHeight - 2 * pad,
  });
  const isSilent = lane.presence === "silent";
  let held = heldBefore(lane, columns.fromBeat);
  const last = Math.min(columns.toBeat, currentBeat);
  for (let beat = columns.fromBeat; beat <= last; beat += 1) {
    const code = lane.cell(beat);
    if (code !== NOTHING) {
      const state = stateOfCode(code) as AgentState;
      drawMark(pen, box(beat), { palette, state });
      held = ENDS.has(state) ? undefined : state;
    } else if (isSilent && beat > lane.claimBeat) {
      drawSilence(pen, box(beat), palette);
    } else if (held !== undefined) {
      drawTie(pen, { ...box(beat), width: columns.cellWidth }, { palette, state: held });
    }
  }
  // A claim may speak of a beat ahead of the frames.
  for (let beat = last + 1; beat <= Math.min(columns.toBeat, lane.claimBeat); beat += 1) {
    const state = stateOfCode(lane.cell(beat));
    if (state !== undefined) drawMark(pen, box(beat), { palette, state });
  }
}

function heldBefore(lane: DrawnLane, beat: number): AgentState | undefined {
  for (let before = beat - 1; before >= beat - LOOK_BACK_BEATS; before -= 1) {
    const state = stateOfCode(lane.cell(before));
    if (state !== undefined) return ENDS.has(state) ? undefined : state;
  }
  return undefined;
}

/** Thin while the bar is open or its report has not come, thin and thick once it has. */
function drawBarlines(pen: CanvasRenderingContext2D, { bars, columns, heightPx, palette }: Picture): void {
  for (const { fromBeat, isReported, toBeat } of bars) {
    const start = beatX(columns, fromBeat) - 1;
    pen.fillStyle = palette.lineStrong;
    if (start >= 0 && start < columns.rightPx) pen.fillRect(start, 0, 1, heightPx);
    const end = beatX(columns, toBeat + 1);
    if (!isReported || end <= 0 || end > columns.rightPx) continue;
    pen.fillStyle = palette.inkFaint;
    pen.fillRect(end - 2, 0, 2, heightPx);
  }
}

function drawCursor(pen: CanvasRenderingContext2D, picture: Picture): void {
  const { columns, cursor, laneHeight, lanes, palette } = picture;
  if (cursor?.beat === undefined || cursor.place < lanes.first || cursor.place >= lanes.end) return;
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 1.5;
  pen.strokeRect(
    beatX(columns, cursor.beat) - 0.5,
    topOf(picture, cursor.place) + 0.5,
    columns.cellWidth,
    laneHeight - 1,
  );
}
