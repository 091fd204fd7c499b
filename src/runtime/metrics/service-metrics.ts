/**
 * /metrics of one service: tables of rows in, Prometheus text out.
 *
 * Distributions are counted as they happen; everything else is read when scraped, so that a claim or a beat
 * costs nothing here. Each service has a registry of its own: two of them may share a process.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Distribution, Metrics } from "../../ports.ts";
import type { HistogramRow, MetricRow, Sample } from "./row.ts";

/** A table and where its rows are read from; undefined: there is nothing to read yet. */
export interface MetricTable<Source> {
  readonly rows: readonly MetricRow<Source>[];
  readonly source: () => Source | undefined;
}

/** One service's metrics: the port to measure distributions, and the text. */
export class ServiceMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #histograms = new Map<string, Histogram>();
  readonly #updates: (() => void)[] = [];

  constructor(histograms: Readonly<Partial<Record<Distribution, HistogramRow>>>) {
    for (const [metric, { name, help, buckets }] of Object.entries(histograms)) {
      const registers = [this.#registry];
      this.#histograms.set(metric, new Histogram({ name, help, buckets: [...buckets], registers }));
    }
  }

  /** Adds a table; its rows are in every text from now on. */
  add<Source>(table: MetricTable<Source>): this {
    const writers = table.rows.map((row) => ({ row, write: this.#register(row) }));
    this.#updates.push(() => {
      const source = table.source();
      if (source === undefined) return;
      for (const { row, write } of writers) write(row.read(source));
    });
    return this;
  }

  observe(metric: Distribution, value: number): void {
    this.#histograms.get(metric)?.observe(value);
  }

  /** Everything as Prometheus text (version 0.0.4). */
  async text(): Promise<string> {
    for (const update of this.#updates) update();
    return this.#registry.metrics();
  }

  #register<Source>(row: MetricRow<Source>): (samples: readonly Sample[]) => void {
    const { name, help, labels = [] } = row;
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (row.type === "counter") {
      const metric = new Counter(options);
      return (samples) => {
        metric.reset();
        for (const { labels: values = {}, value } of samples) metric.inc(values, value);
      };
    }
    const metric = new Gauge(options);
    // Without the removal, a gauge that has no value yet would say 0.
    const clear = (): void => {
      metric.reset();
      if (labels.length === 0) metric.remove();
    };
    clear();
    return (samples) => {
      clear();
      for (const { labels: values = {}, value } of samples) metric.set(values, value);
    };
  }
}
