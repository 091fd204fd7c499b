/** The bars that the score shows, put together from all that know of one: score, reports, the newest beat. Pure. */
import type { Bar } from "../bars/bars.ts";
import type { BeatEvent, ScoreBar } from "../wire/types.ts";
import type { Columns } from "./geometry.ts";

export interface ShownBar {
  readonly windowId: string;
  readonly fromBeat: number;
  readonly toBeat: number;
  readonly isOpen: boolean;
  /** Once it was reported. */
  readonly reported?: Bar;
}

export interface BarSources {
  readonly scoreBars: readonly ScoreBar[];
  readonly bars: readonly Bar[];
  readonly beat: BeatEvent | undefined;
}

/** Oldest first. What was reported has its bounds from its report, which is the truth. */
export function shownBars({ bars, beat, scoreBars }: BarSources): readonly ShownBar[] {
  const shown = new Map<string, ShownBar>();
  for (const { from_beat, open, to_beat, window_id } of scoreBars)
    shown.set(window_id, { windowId: window_id, fromBeat: from_beat, toBeat: to_beat, isOpen: open });
  if (beat !== undefined) {
    const { bar_from, bar_length, window_id } = beat;
    const span = { fromBeat: bar_from, toBeat: bar_from + bar_length - 1 };
    shown.set(window_id, { windowId: window_id, ...span, isOpen: true });
  }
  for (const reported of bars) {
    const { from_beat, to_beat } = reported.report;
    const span = { fromBeat: from_beat, toBeat: to_beat };
    shown.set(reported.windowId, { windowId: reported.windowId, ...span, isOpen: false, reported });
  }
  const sorted = [...shown.values()].sort((a, b) => a.fromBeat - b.fromBeat);
  // Where the beat began anew, bars of before may lie ahead of it.
  return beat === undefined ? sorted : sorted.filter(({ fromBeat }) => fromBeat <= beat.bar_from);
}

/** Those that have a column in sight. */
export function barsInSight(bars: readonly ShownBar[], { fromBeat, toBeat }: Columns): readonly ShownBar[] {
  return bars.filter((bar) => bar.toBeat >= fromBeat && bar.fromBeat <= toBeat);
}
