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

/**
 * Oldest first. What was reported has its bounds from its report, which is the truth.
 *
 * Where the beat began anew, bars of before may lie ahead of the open one, or where newer ones lie: so the newest come
 * first, and of the others only those that lie apart, back in time from the open bar.
 */
export function shownBars({ bars, beat, scoreBars }: BarSources): readonly ShownBar[] {
  const reports = new Map(bars.map((bar) => [bar.windowId, bar]));
  const shown: ShownBar[] = [];
  const show = (heard: ShownBar): void => {
    const reported = reports.get(heard.windowId);
    const bar = reported === undefined ? heard : barOf(reported);
    const { fromBeat, toBeat } = bar;
    const isApart = shown.every((newer) => toBeat < newer.fromBeat || fromBeat > newer.toBeat);
    if (isApart && fromBeat <= (beat?.bar_from ?? fromBeat)) shown.push(bar);
  };
  if (beat !== undefined) {
    const { bar_from, bar_length, window_id } = beat;
    const span = { fromBeat: bar_from, toBeat: bar_from + bar_length - 1 };
    show({ windowId: window_id, ...span, isOpen: true });
  }
  for (const { from_beat, open, to_beat, window_id } of scoreBars.toReversed())
    show({ windowId: window_id, fromBeat: from_beat, toBeat: to_beat, isOpen: open });
  for (const reported of bars.toReversed()) show(barOf(reported));
  return shown.sort((a, b) => a.fromBeat - b.fromBeat);
}

function barOf(reported: Bar): ShownBar {
  const { from_beat, to_beat } = reported.report;
  return { windowId: reported.windowId, fromBeat: from_beat, toBeat: to_beat, isOpen: false, reported };
}

/** Those that have a column in sight. */
export function barsInSight(bars: readonly ShownBar[], { fromBeat, toBeat }: Columns): readonly ShownBar[] {
  return bars.filter((bar) => bar.toBeat >= fromBeat && bar.fromBeat <= toBeat);
}
