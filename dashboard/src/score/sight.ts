/** What is in sight of the score: its size, where it is scrolled to, which lanes and beats that makes, the cursor. */
import { computed, signal } from "@preact/signals";
import { laneHeightFor, settings } from "../page/settings.ts";
import { bars, beat, lanesReached, scoreBars, scoreBeat } from "../page/store.ts";
import { layOutColumns, layOutLanes, scrollToLane } from "./geometry.ts";
import { barsInSight, shownBars } from "./shown-bars.ts";

export interface Cursor {
  readonly place: number;
  readonly beat?: number | undefined;
  /** Whether the keyboard put it there. */
  readonly isByKey: boolean;
}

/** Of the cells, without the names beside them. */
export const size = signal({ widthPx: 0, heightPx: 0 });
export const scrollTopPx = signal(0);
export const cursor = signal<Cursor | undefined>(undefined);

export const laneHeight = computed(() =>
  laneHeightFor(settings.value.density, { heightPx: size.value.heightPx, lanes: lanesReached.value }),
);

export const lanesInSight = computed(() =>
  layOutLanes({
    scrollTopPx: scrollTopPx.value,
    heightPx: size.value.heightPx,
    laneHeight: laneHeight.value,
    lanes: lanesReached.value,
  }),
);

const allBars = computed(() => shownBars({ scoreBars: scoreBars.value, bars: bars.value, beat: beat.value }));

/** Where the playhead is; undefined before the first beat. */
export const currentBeat = computed(() => beat.value?.beat_index ?? scoreBeat.value);

/** Undefined before the first beat. */
export const columns = computed(() => {
  const newest = allBars.value.at(-1);
  if (newest === undefined || size.value.widthPx === 0) return undefined;
  const asked = new Set(scoreBars.value.map(({ window_id }) => window_id));
  const oldest = allBars.value.find(({ windowId }) => asked.has(windowId)) ?? newest;
  return layOutColumns({
    widthPx: size.value.widthPx,
    openBar: newest,
    currentBeat: Math.min(newest.toBeat, currentBeat.value ?? newest.toBeat),
    barsWanted: settings.value.barsWanted,
    // Of older bars no cell was asked for.
    oldestBeat: oldest.fromBeat,
  });
});

/** Bars with a column in sight, oldest first. */
export const visibleBars = computed(() =>
  columns.value === undefined ? [] : barsInSight(allBars.value, columns.value),
);

/** Where to scroll so that a lane is in sight. */
export function scrollFor(place: number): number {
  return scrollToLane(place, {
    scrollTopPx: scrollTopPx.value,
    heightPx: size.value.heightPx,
    laneHeight: laneHeight.value,
    lanes: lanesReached.value,
  });
}
