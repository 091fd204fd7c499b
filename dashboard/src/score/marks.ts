/**
 * How a state looks in a cell: a colour, and a shape for those who do not see it (never colour alone).
 *
 * hollow = planning · full = executing · split = reviewing · plus = helping · check = completed · rest = idle ·
 * pause = blocked · cross = failed. Shapes need room; where cells are small, heights still tell rest and planning
 * from work.
 */
import type { AgentState } from "../wire/types.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Colours of the score as canvas takes them. */
export interface Palette {
  readonly states: Readonly<Record<AgentState, string>>;
  /** For glyphs on a state's colour. */
  readonly onState: string;
  readonly panel: string;
  readonly ground: string;
  readonly hover: string;
  readonly chosen: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly inkFaint: string;
  readonly accent: string;
}

/** Smaller boxes get no glyph. */
const GLYPH_WIDTH_MIN = 8;
const GLYPH_HEIGHT_MIN = 9;

type Pen = CanvasRenderingContext2D;

interface Style {
  readonly palette: Palette;
  readonly state: AgentState;
}

/** Draws a claim's cell into its box. */
export function drawMark(pen: Pen, box: Box, { palette, state }: Style): void {
  const isLarge = box.width >= GLYPH_WIDTH_MIN && box.height >= GLYPH_HEIGHT_MIN;
  pen.fillStyle = palette.states[state];
  if (state === "idle") fillMiddle(pen, box, Math.max(2, Math.round(box.height / 6)));
  else if (state !== "planning") fillBox(pen, box, isLarge ? 2 : 0);
  else if (isLarge) drawHollow(pen, box, palette);
  else fillLower(pen, box);
  if (isLarge) GLYPHS[state]?.(pen, box, palette);
}

const GLYPHS: Readonly<Partial<Record<AgentState, (pen: Pen, box: Box, palette: Palette) => void>>> = {
  reviewing(pen, box, { panel }) {
    pen.fillStyle = panel;
    fillMiddle(pen, box, 2);
  },
  helping(pen, box, palette) {
    const { half, x, y } = glyphPlace(box);
    stroke(pen, palette, [
      [x - half, y, x + half, y],
      [x, y - half, x, y + half],
    ]);
  },
  completed(pen, box, palette) {
    const { half, x, y } = glyphPlace(box);
    stroke(pen, palette, [
      [x - half, y, x - half / 4, y + half * 0.75],
      [x - half / 4, y + half * 0.75, x + half, y - half * 0.75],
    ]);
  },
  failed(pen, box, palette) {
    const { half, x, y } = glyphPlace(box);
    const arm = half * 0.85;
    stroke(pen, palette, [
      [x - arm, y - arm, x + arm, y + arm],
      [x - arm, y + arm, x + arm, y - arm],
    ]);
  },
  blocked(pen, box, palette) {
    const { half, x, y } = glyphPlace(box);
    stroke(pen, palette, [
      [x - half / 2, y - half, x - half / 2, y + half],
      [x + half / 2, y - half, x + half / 2, y + half],
    ]);
  },
};

/** What an agent was in a beat for which no claim was seen, as far as its last one still holds: a tie. */
export function drawTie(pen: Pen, box: Box, { palette, state }: Style): void {
  pen.fillStyle = palette.states[state];
  pen.globalAlpha = 0.45;
  fillMiddle(pen, box, 2);
  pen.globalAlpha = 1;
}

/** A beat of an agent that should have claimed and did not. */
export function drawSilence(pen: Pen, { height, width, x, y }: Box, palette: Palette): void {
  pen.fillStyle = palette.inkFaint;
  pen.fillRect(Math.round(x + width / 2) - 1, Math.round(y + height / 2) - 1, 2, 2);
}

function fillBox(pen: Pen, { height, width, x, y }: Box, radius: number): void {
  pen.beginPath();
  if (radius === 0) pen.rect(x, y, width, height);
  else pen.roundRect(x, y, width, height, radius);
  pen.fill();
}

function fillMiddle(pen: Pen, { height, width, x, y }: Box, thick: number): void {
  pen.fillRect(x, Math.round(y + (height - thick) / 2), width, thick);
}

function fillLower(pen: Pen, { height, width, x, y }: Box): void {
  const half = Math.ceil(height / 2);
  pen.fillRect(x, y + height - half, width, half);
}

function drawHollow(pen: Pen, { height, width, x, y }: Box, palette: Palette): void {
  pen.strokeStyle = palette.states.planning;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.roundRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5, 2);
  // The stave ends at a hollow note.
  pen.fillStyle = palette.panel;
  pen.fill();
  pen.stroke();
}

function glyphPlace({ height, width, x, y }: Box) {
  return { x: x + width / 2, y: y + height / 2, half: Math.min(4, width * 0.28, height * 0.28) };
}

type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

function stroke(pen: Pen, { onState }: Palette, segments: readonly Segment[]): void {
  pen.strokeStyle = onState;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const [x1, y1, x2, y2] of segments) {
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  }
  pen.stroke();
}
