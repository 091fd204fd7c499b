/** Which small charts there are, and what each shows of a bar. Pure; drawn by chart.tsx. */
import { driftText, numberText } from "../words/numbers.ts";
import { type Bar, type BarFigures, figuresOf } from "./bars.ts";

/** A colour of style/tokens.css. */
export interface Series {
  readonly figure: keyof BarFigures;
  readonly token: string;
}

export interface Chart {
  readonly name: string;
  readonly meaning: string;
  readonly series: readonly Series[];
  /** Drift goes both ways: a line about zero. Everything else counts up from it. */
  readonly kind: "columns" | "line";
  readonly text: (figures: BarFigures) => string;
}

export const CHARTS: readonly Chart[] = [
  {
    name: "agents reporting",
    meaning: "distinct agents whose claims were counted",
    series: [{ figure: "agents", token: "state-executing" }],
    kind: "columns",
    text: ({ agents }) => numberText(agents),
  },
  {
    name: "reviews on time",
    meaning: "agents that reviewed or completed before the deadline of their beat",
    series: [{ figure: "reviews", token: "state-reviewing" }],
    kind: "columns",
    text: ({ reviews }) => numberText(reviews),
  },
  {
    name: "helps kept",
    meaning: "promises of help that were fulfilled",
    series: [{ figure: "helps", token: "state-helping" }],
    kind: "columns",
    text: ({ helps }) => numberText(helps),
  },
  {
    name: "tasks completed",
    meaning: "tasks whose last state in the bar is completed",
    series: [{ figure: "completed", token: "state-completed" }],
    kind: "columns",
    text: ({ completed }) => knownText(completed),
  },
  {
    name: "tasks failed",
    meaning: "tasks whose last state in the bar is failed",
    series: [{ figure: "failed", token: "state-failed" }],
    kind: "columns",
    text: ({ failed }) => knownText(failed),
  },
  {
    name: "issues",
    meaning: "kinds of issue in the report",
    series: [{ figure: "issues", token: "state-blocked" }],
    kind: "columns",
    text: ({ issues }) => numberText(issues),
  },
  {
    name: "tempo drift",
    meaning: "how far the frames came from the announced tempo; + is behind",
    series: [{ figure: "driftMs", token: "ink-faint" }],
    kind: "line",
    text: ({ driftMs }) => driftText(driftMs),
  },
];

/** A count; `–` where it is not known. */
export function knownText(count: number | null): string {
  return count === null ? "–" : numberText(count);
}

/** Columns for uPlot: the places of the bars, then the figures of each series. */
export function chartData(chart: Chart, bars: readonly Bar[]): (number | null)[][] {
  const figures = bars.map(figuresOf);
  return [
    bars.map((_, place) => place),
    ...chart.series.map(({ figure }) => figures.map((of) => of[figure])),
  ];
}

/** The vertical range: from zero up, or as far on both sides of it; never empty. */
export function chartRange(
  chart: Chart,
  data: readonly (readonly (number | null)[])[],
): [min: number, max: number] {
  const values = data.slice(1).flatMap((column) => column.filter((value) => value !== null));
  const most = Math.max(1, ...values.map(Math.abs));
  return chart.kind === "line" ? [-1.15 * most, 1.15 * most] : [0, 1.1 * most];
}
