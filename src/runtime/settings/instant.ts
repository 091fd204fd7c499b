/** A point in time as people write it, with its zone. */
import type { Kind } from "./kinds.ts";

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since the Unix epoch. A day alone begins at midnight UTC. */
export function instant(placeholder: string): Kind<number> {
  return {
    placeholder,
    expected: "a day such as 2026-03-01, or a time with its zone such as 2026-03-01T12:00:00Z",
    parse: (value) => {
      if (!DAY.test(value) && !MOMENT.test(value)) return undefined;
      const timeMs = Date.parse(value);
      // The 30th of February is read as a day of March, and a month 13 as none.
      const isSameDay = !Number.isNaN(timeMs) && isDay(value.slice(0, 10));
      return isSameDay ? timeMs : undefined;
    },
    format: (timeMs) => new Date(timeMs).toISOString(),
  };
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
