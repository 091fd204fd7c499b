/** All that the page shows, as signals: components read them, feed.ts writes them. */
import { computed, signal } from "@preact/signals";
import type { Bar } from "../bars/bars.ts";
import type { LinkState } from "../link/stream.ts";
import { ScoreRows } from "../score/rows.ts";
import { Sums } from "../score/sums.ts";
import type {
  ClaimsEvent,
  GroupsAnswer,
  ScoreBar,
  ScoreCounts,
  Status,
  TempoEvent,
  WaitsAnswer,
} from "../wire/types.ts";
import { type HeardBeat, placeInBeat } from "./beat-clock.ts";
import { hashOf, type View, viewOf } from "./view.ts";

export const link = signal<LinkState>({ kind: "connecting" });
export const clusterId = signal("");
export const status = signal<Status | undefined>(undefined);
export const beat = signal<HeardBeat | undefined>(undefined);
export const tempo = signal<TempoEvent | undefined>(undefined);
/** The gauges of the newest claims event. */
export const live = signal<Pick<ClaimsEvent, "agents" | "states" | "presence" | "window"> | undefined>(
  undefined,
);
export const bars = signal<readonly Bar[]>([]);
/** Whether the list of bars was read once. */
export const areBarsRead = signal(false);
export const waits = signal<WaitsAnswer | undefined>(undefined);
export const groups = signal<GroupsAnswer | undefined>(undefined);

/** The lanes; they change in place, and this counts their changes. */
export const rows = new ScoreRows();
export const rowsVersion = signal(0);
/** All agents beat by beat; changes with the rows. */
export const sums = new Sums();
export const scoreBars = signal<readonly ScoreBar[]>([]);
/** The newest beat that the score knew; beats that are heard say it sooner. */
export const scoreBeat = signal<number | undefined>(undefined);
export const counts = signal<ScoreCounts | undefined>(undefined);
export const agentsCount = signal(0);
/** Lanes that match the filters; undefined until they were asked for. */
export const lanesTotal = signal<number | undefined>(undefined);

/** Reverb pages no further; whoever has more agents than that filters or groups them. */
const LANES_REACHED_MAX = 10_200;

/** Lanes that can be scrolled to. */
export const lanesReached = computed(() => Math.min(lanesTotal.value ?? 0, LANES_REACHED_MAX));

/** This page's monotonic clock, as often as words that count seconds need it. */
export const nowMs = signal(0);

export const view = signal<View>(viewOf(""));

/** Changes what is looked at, and the address with it. */
export function changeView(changes: { readonly [Name in keyof View]?: View[Name] | undefined }): void {
  const next = Object.fromEntries(
    Object.entries({ ...view.value, ...changes }).filter(([, value]) => value !== undefined),
  ) as unknown as View;
  const hash = hashOf(next);
  // Opening something can be taken back with the browser's own button; typing in a field can not.
  const isOpened = next.agent !== view.value.agent || next.bar !== view.value.bar;
  view.value = next;
  const address = `${location.pathname}${location.search}${hash}`;
  if (isOpened) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

export const place = computed(() =>
  beat.value === undefined ? undefined : placeInBeat(beat.value, nowMs.value),
);

/** The newest bar that was reported. */
export const lastBar = computed(() => bars.value.at(-1));

export function openAgent(agent: string): void {
  changeView({ agent, bar: undefined });
}

export function openBar(bar: string): void {
  changeView({ bar, agent: undefined });
}

export function closeDetail(): void {
  changeView({ bar: undefined, agent: undefined });
}
