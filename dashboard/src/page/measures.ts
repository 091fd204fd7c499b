/** How fast the page is, for those who look: performance measures `backbeat:…`, of which a bounded number is kept. */

export type Measure = "backbeat:first-data" | "backbeat:claims-drawn" | "backbeat:draw";

/** Per name; a page that is open all day must not keep a million. */
const KEPT = 200;

const counts = new Map<Measure, number>();

/** Notes that something took from then until now, in ms of `performance.now()`. */
export function measure(name: Measure, startMs: number): void {
  const count = (counts.get(name) ?? 0) + 1;
  if (count > KEPT) performance.clearMeasures(name);
  counts.set(name, count > KEPT ? 1 : count);
  performance.measure(name, { start: startMs, end: performance.now() });
}
