/** What one metric is: a row of a table that /metrics and the operator's documentation are made from. */

/** A value with its labels; the labels' names stand in the row. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A counter or gauge, read when it is scraped. `Source` is what it is read from. */
export interface MetricRow<Source> {
  /** Prometheus' rules: base units, counters end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  /** One line, for /metrics and the documentation. */
  readonly help: string;
  readonly labels?: readonly string[];
  /** Nothing where there is no value yet. A labelled counter gives every label value from the start. */
  read(source: Source): readonly Sample[];
}

/** Something measured as a distribution, through the port `Metrics`. */
export interface HistogramRow {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
}

/** A counter without labels. */
export function counter<Source>(
  name: string,
  help: string,
  read: (source: Source) => number,
): MetricRow<Source> {
  return { name, help, type: "counter", read: (source) => [{ value: read(source) }] };
}

/** A gauge without labels; undefined: no value yet. */
export function gauge<Source>(
  name: string,
  help: string,
  read: (source: Source) => number | undefined,
): MetricRow<Source> {
  return {
    name,
    help,
    type: "gauge",
    read: (source) => {
      const value = read(source);
      return value === undefined ? [] : [{ value }];
    },
  };
}

/** One sample per member of a record, the member's name as the label. */
export function byLabel(label: string, values: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
