/** Kinds of value that only claims and commands under a claim have. */
import type { Kind } from "./kinds.ts";

const UNIT_SECONDS = { h: 3_600, m: 60, s: 1 } as const;

/** A length of time in seconds: `90`, `90s`, `10m`, `1h30m`. At least one second. */
export function duration(placeholder: string, limits: { readonly maxSeconds: number }): Kind<number> {
  return {
    placeholder,
    expected: "a length of time such as 90, 90s, 10m or 1h30m, from 1 second on",
    parse: (value) => {
      const seconds = secondsIn(value);
      return seconds >= 1 && seconds <= limits.maxSeconds ? seconds : undefined;
    },
    format: (seconds) => `${seconds}s`,
  };
}

function secondsIn(value: string): number {
  if (/^\d{1,12}$/.test(value)) return Number(value);
  const match = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(value);
  const [, hours = "0", minutes = "0", seconds = "0"] = match ?? [];
  return Number(hours) * UNIT_SECONDS.h + Number(minutes) * UNIT_SECONDS.m + Number(seconds) * UNIT_SECONDS.s;
}

/** A regular expression that finds progress in a line: one group is percent, two are n of m. */
export const progressPattern: Kind<RegExp> = {
  placeholder: "<regexp>",
  expected: "a regular expression with one group (percent) or two (n of m); write others as (?:…)",
  parse: (value) => {
    try {
      const pattern = new RegExp(value);
      const groups = (new RegExp(`${value}|`).exec("")?.length ?? 0) - 1;
      return groups === 1 || groups === 2 ? pattern : undefined;
    } catch {
      return undefined;
    }
  },
  format: (pattern) => pattern.source,
};

/** A JSON object. */
export const jsonObject: Kind<Readonly<Record<string, unknown>>> = {
  placeholder: "<json>",
  expected: 'a JSON object such as {"retry_count": 2}',
  parse: (value) => {
    try {
      const parsed: unknown = JSON.parse(value);
      const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
      return isObject ? (parsed as Readonly<Record<string, unknown>>) : undefined;
    } catch {
      return undefined;
    }
  },
  format: (value) => JSON.stringify(value),
};
