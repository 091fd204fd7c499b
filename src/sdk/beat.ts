/**
 * What an agent knows of a beat: computed from the timeline as it was heard, and nothing that was not announced.
 *
 * A `window_id` is opaque: for a bar of which no frame was heard it is unknown here, although the beat is not. Pure.
 */
import type { BeatFrame, Phase } from "../contracts/beat-frame.ts";
import { type BarGrid, barFromOf, phaseOf } from "../core/bar-grid.ts";
import type { Flywheel } from "../core/flywheel.ts";

/** The beat that it is now (BACKBEAT-REQ-040). */
export interface BeatNow {
  /** Grows by one per beat for ever; only a pulse that begins a new timeline may begin it lower. */
  readonly index: number;
  /** Name of its bar, as announced; undefined while no frame of that bar was heard. */
  readonly windowId: string | undefined;
  /** First beat of its bar; undefined where the pulse does not say enough to know it. */
  readonly barFrom: number | undefined;
  /** Third of the bar; undefined where `barFrom` is, unless the beat's own frame said it. */
  readonly phase: Phase | undefined;
  /** Beats per minute of the newest frame. */
  readonly tempoBpm: number;
  /** False: its frame has not come (yet), and the beat is counted on the last known timeline. */
  readonly heard: boolean;
  /** No frame came for three beats: the pulse is silent or not reached, and beats are counted on without it (S1). */
  readonly degraded: boolean;
}

/** Beats in a row without a frame before that is said: one or two are lost now and then. */
export const SILENT_BEATS = 3;

/** A beat as a listener is told of it. */
export interface Beat extends BeatNow {
  /** True on the first beat of a bar. */
  readonly downbeat: boolean;
  /** Beats that passed untold before this one, because this process stood still; 0 when all is well. */
  readonly missed: number;
}

/** What is known of a beat that is not before the newest frame; undefined before the first. */
export function beatNowOf(wheel: Flywheel, index: number): BeatNow | undefined {
  const { frame, tempoBpm } = wheel;
  if (frame === undefined || tempoBpm === undefined) return undefined;
  const heard = frame.beat_index === index;
  const grid = gridOf(wheel, frame);
  const barFrom = grid === undefined ? heardBarFrom(wheel, heard) : barFromOf(grid, index);
  const isSameBar = heard || (barFrom !== undefined && barFrom === wheel.barFrom);
  return {
    index,
    windowId: isSameBar ? frame.window_id : undefined,
    barFrom,
    phase: phaseAt(index, { frame, grid }),
    tempoBpm,
    heard,
    degraded: index - frame.beat_index >= SILENT_BEATS,
  };
}

function heardBarFrom(wheel: Flywheel, heard: boolean): number | undefined {
  return heard ? wheel.barFrom : undefined;
}

function phaseAt(
  index: number,
  { frame, grid }: { readonly frame: BeatFrame; readonly grid: BarGrid | undefined },
): Phase | undefined {
  if (frame.beat_index === index) return frame.phase;
  return grid && phaseOf(grid, index);
}

/** Bars of the timeline, where the pulse announces how long they are. */
function gridOf(wheel: Flywheel, frame: BeatFrame): BarGrid | undefined {
  const barLength = frame.metadata?.bar_length;
  if (wheel.barFrom === undefined || typeof barLength !== "number") return undefined;
  if (!Number.isSafeInteger(barLength) || barLength < 1) return undefined;
  return { barOrigin: wheel.barFrom, barLength };
}
