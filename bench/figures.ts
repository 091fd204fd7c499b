/** How benches show what they measured. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The value below which that share of all lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

export function row(values: readonly number[]): string {
  const show = (value: number) => value.toFixed(3).padStart(7);
  return `median ${show(median(values))}  (min ${show(Math.min(...values))}, max ${show(Math.max(...values))})`;
}

export function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Each value to the one before it: how much a measurement differs from itself. */
export function spread(values: readonly number[]): number[] {
  return values.slice(1).map((value, at) => value / (values[at] as number));
}
