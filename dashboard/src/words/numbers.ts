/** Numbers and times as people read them: grouped digits, short durations, local time with UTC beside it. Pure. */

const GROUPED = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** `12,345`; at most one digit after the point. */
export function numberText(value: number): string {
  return GROUPED.format(value);
}

/** `1 agent`, `12 agents`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** Signed, in ms: `+1.2 ms`, `−0.4 ms`, `0 ms`; whole from 100 ms on. */
export function driftText(driftMs: number): string {
  const digits = Math.abs(driftMs) >= 100 ? 0 : 1;
  const rounded = Number(driftMs.toFixed(digits));
  if (rounded === 0) return "0 ms";
  return `${rounded > 0 ? "+" : "−"}${GROUPED.format(Math.abs(rounded))} ms`;
}

/** A part of one as `40 %`. */
export function percentText(part: number): string {
  return `${Math.round(part * 100)} %`;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** A length of time in its largest two units: `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return twoUnits([Math.floor(seconds / MINUTE_S), "min"], [seconds % MINUTE_S, "s"]);
  if (seconds < DAY_S)
    return twoUnits([Math.floor(seconds / HOUR_S), "h"], [Math.floor((seconds % HOUR_S) / MINUTE_S), "min"]);
  return twoUnits([Math.floor(seconds / DAY_S), "d"], [Math.floor((seconds % DAY_S) / HOUR_S), "h"]);
}

type Amount = readonly [count: number, unit: string];

function twoUnits([large, largeUnit]: Amount, [small, smallUnit]: Amount): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY_AND_CLOCK = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** Where we are, by the clock on the wall: `14:03:22`; with its day where that is not today. */
export function localTime(timeMs: number, nowMs: number): string {
  const [then, now] = [new Date(timeMs), new Date(nowMs)];
  return (then.toDateString() === now.toDateString() ? CLOCK : DAY_AND_CLOCK).format(then);
}

/** For titles: `2026-11-25 14:03:22.120 UTC`. */
export function utcTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}
