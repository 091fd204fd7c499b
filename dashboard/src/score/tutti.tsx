/** All agents in one lane above the others: for each beat how many were seen in which state, as parts of a column. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { beat, live, rowsVersion, sums } from "../page/store.ts";
import { coloursVersion } from "../page/theme.ts";
import { STATE_ORDER } from "../wire/letters.ts";
import { numberText } from "../words/numbers.ts";
import { fitCanvas } from "./fit-canvas.ts";
import { beatX, type Columns } from "./geometry.ts";
import type { Palette } from "./marks.ts";
import { readPalette } from "./palette.ts";
import { columns, size, visibleBars } from "./sight.ts";
import { total } from "./sums.ts";

const HEIGHT_PX = 46;

export function Tutti() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current === null ? undefined : keepDrawn(canvas.current)), []);
  const states = live.value?.states;
  const words = STATE_ORDER.filter((state) => (states?.[state] ?? 0) > 0)
    .map((state) => `${numberText(states?.[state] ?? 0)} ${state}`)
    .join(", ");
  return (
    <div class="tutti">
      <p class="tutti-name">all agents</p>
      <div class="tutti-cells" role="img" aria-label={`All agents beat by beat; now ${words || "nobody"}`}>
        <canvas ref={canvas} />
      </div>
    </div>
  );
}

function keepDrawn(canvas: HTMLCanvasElement): () => void {
  const pen = canvas.getContext("2d");
  const host = canvas.parentElement;
  if (pen === null || host === null) return () => undefined;
  let palette: Palette | undefined;
  let frame = 0;
  const draw = (): void => {
    frame = 0;
    palette ??= readPalette(host);
    fitCanvas(pen, { widthPx: size.peek().widthPx, heightPx: HEIGHT_PX });
    const layout = columns.peek();
    if (layout !== undefined) drawTutti(pen, { layout, palette });
  };
  const stopColours = effect(() => {
    void coloursVersion.value;
    palette = undefined;
  });
  const stopDrawing = effect(() => {
    void [rowsVersion.value, columns.value, beat.value, size.value, coloursVersion.value, visibleBars.value];
    if (frame === 0) frame = requestAnimationFrame(draw);
  });
  return () => {
    stopColours();
    stopDrawing();
    cancelAnimationFrame(frame);
  };
}

function drawTutti(
  pen: CanvasRenderingContext2D,
  { layout, palette }: { readonly layout: Columns; readonly palette: Palette },
): void {
  const { cellWidth, fromBeat, toBeat } = layout;
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, size.peek().widthPx, HEIGHT_PX);
  let most = 1;
  for (let at = fromBeat; at <= toBeat; at += 1)
    most = Math.max(most, total(sums.at(at) ?? new Uint32Array()));
  const gap = cellWidth >= 5 ? 1 : 0;
  for (let at = fromBeat; at <= toBeat; at += 1) {
    const sum = sums.at(at);
    let bottom = HEIGHT_PX - 2;
    for (const [place, state] of STATE_ORDER.entries()) {
      const height = ((sum?.[place] ?? 0) / most) * (HEIGHT_PX - 6);
      pen.fillStyle = palette.states[state];
      pen.fillRect(beatX(layout, at), bottom - height, cellWidth - gap, height);
      bottom -= height;
    }
  }
  pen.fillStyle = palette.lineStrong;
  for (const bar of visibleBars.peek()) pen.fillRect(beatX(layout, bar.fromBeat) - 1, 0, 1, HEIGHT_PX);
}
