/** One small chart, drawn by uPlot: a column or a point for each bar, the place pointed at shared with its neighbours. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { bars, openBar } from "../page/store.ts";
import { coloursVersion } from "../page/theme.ts";
import { type Chart, chartData, chartRange } from "./charts.ts";
import { pointedBar } from "./pointed.ts";

const HEIGHT_PX = 34;
const SYNC = "bars";

/** Wider columns look like blocks, and a young fleet has few of them. */
const COLUMN_WIDTH_MAX = 14;

export function ChartCanvas({ chart }: { readonly chart: Chart }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current === null ? undefined : keepPlot(host.current, chart)), [chart]);
  return <div ref={host} class="chart-plot" aria-hidden="true" />;
}

function keepPlot(host: HTMLDivElement, chart: Chart): () => void {
  const plot = new uPlot(optionsOf(host, chart), chartData(chart, bars.peek()) as uPlot.AlignedData, host);
  plot.over.addEventListener("click", () => {
    const bar = bars.peek()[plot.cursor.idx ?? -1];
    if (bar !== undefined) openBar(bar.windowId);
  });
  const watcher = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT_PX }));
  watcher.observe(host);
  const stopData = effect(() => {
    plot.setData(chartData(chart, bars.value) as uPlot.AlignedData);
  });
  const stopColours = effect(() => {
    void coloursVersion.value;
    plot.redraw(false);
  });
  return () => {
    stopData();
    stopColours();
    watcher.disconnect();
    plot.destroy();
  };
}

function optionsOf(host: HTMLDivElement, chart: Chart): uPlot.Options {
  const colour = (token: string) => (): string => colourOf(host, token);
  const paths =
    chart.kind === "line" ? undefined : uPlot.paths.bars?.({ size: [0.75, COLUMN_WIDTH_MAX, 1], align: 0 });
  return {
    width: Math.max(1, host.clientWidth),
    height: HEIGHT_PX,
    padding: [2, 0, 2, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      sync: { key: SYNC, setSeries: false },
    },
    scales: {
      // Half a bar of room on both sides, and no fewer than a dozen places: a first bar is no wall.
      x: { time: false, range: (plot) => [-0.6, Math.max(11.6, (plot.data[0]?.length ?? 0) - 0.4)] },
      y: { range: (plot) => chartRange(chart, plot.data as (number | null)[][]) },
    },
    axes: [{ show: false }, { show: false }],
    series: [
      {},
      ...chart.series.map(({ token }): uPlot.Series => {
        const drawn = colour(token);
        return paths === undefined
          ? { stroke: drawn, width: 1.5, points: { show: true, size: 4, fill: drawn, stroke: drawn } }
          : { fill: drawn, stroke: drawn, width: 0, paths, points: { show: false } };
      }),
    ],
    hooks: {
      drawClear: [(plot) => drawZero(plot, colourOf(host, "line-strong"))],
      setCursor: [
        (plot) => {
          pointedBar.value =
            plot.cursor.left !== undefined && plot.cursor.left >= 0
              ? (plot.cursor.idx ?? undefined)
              : undefined;
        },
      ],
    },
  };
}

function drawZero(plot: uPlot, colour: string): void {
  const y = Math.round(plot.valToPos(0, "y", true));
  // uPlot remembers which colour it has set.
  plot.ctx.save();
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(plot.bbox.left, Math.min(y, plot.bbox.top + plot.bbox.height - 1), plot.bbox.width, 1);
  plot.ctx.restore();
}

/** As the theme has it now. */
function colourOf(host: HTMLElement, token: string): string {
  host.style.color = `var(--${token})`;
  return getComputedStyle(host).color;
}
