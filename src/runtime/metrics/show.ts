/** The metrics tables of docs/operations.md. */
import { JOURNAL_METRICS } from "./journal-metrics.ts";
import { PROCESS_METRICS } from "./process-metrics.ts";
import { PULSE_HISTOGRAMS, PULSE_METRICS } from "./pulse-metrics.ts";
import { REVERB_HISTOGRAMS, REVERB_METRICS } from "./reverb-metrics.ts";
import type { HistogramRow, MetricRow } from "./row.ts";

interface Section {
  readonly title: string;
  readonly rows: readonly Pick<MetricRow<never>, "name" | "type" | "labels" | "help">[];
  readonly histograms: readonly HistogramRow[];
}

const SECTIONS: readonly Section[] = [
  { title: "Reverb", rows: REVERB_METRICS, histograms: Object.values(REVERB_HISTOGRAMS) },
  { title: "Journal", rows: JOURNAL_METRICS, histograms: [] },
  { title: "Pulse", rows: PULSE_METRICS, histograms: Object.values(PULSE_HISTOGRAMS) },
  { title: "Every process", rows: PROCESS_METRICS, histograms: [] },
];

/** All metrics as Markdown tables, one per service. */
export function metricsTableMarkdown(): string {
  return SECTIONS.map(sectionMarkdown).join("\n\n");
}

function sectionMarkdown({ title, rows, histograms }: Section): string {
  const lines = [
    ...rows.map(({ name, type, labels = [], help }) => {
      const shown = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${shown} | ${help} |`;
    }),
    ...histograms.map(({ name, help }) => `| \`${name}\` | histogram | | ${help} |`),
  ];
  return [`### ${title}`, "", "| Metric | Type | Labels | Meaning |", "|---|---|---|---|", ...lines].join(
    "\n",
  );
}
