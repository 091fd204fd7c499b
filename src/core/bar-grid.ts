/** Bars of a timeline: where they begin, and which third of one a beat lies in (BACKBEAT-REQ-002, 005). */
import type { Phase } from "../contracts/beat-frame.ts";

/** Bars of one length, counted from the first beat of one of them. */
export interface BarGrid {
  readonly barOrigin: number;
  readonly barLength: number;
}

/** The downbeat of the bar that holds a beat. */
export function barFromOf(grid: BarGrid, beat: number): number {
  return grid.barOrigin + Math.floor((beat - grid.barOrigin) / grid.barLength) * grid.barLength;
}

/** The bar in thirds: plan is the first ⌊N/3⌋ beats, execute up to ⌊2N/3⌋, review the rest. */
export function phaseOf(grid: BarGrid, beat: number): Phase {
  const place = beat - barFromOf(grid, beat);
  if (place < Math.floor(grid.barLength / 3)) return "plan";
  return place < Math.floor((2 * grid.barLength) / 3) ? "execute" : "review";
}
