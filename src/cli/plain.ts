/** What others wrote, made fit for a line of a terminal: nothing that moves the cursor, nothing that is too wide. */

/** Lines fit the narrowest usual terminal. */
export const LINE_COLUMNS = 80;

/** Counts above this are no counts; their size says enough. */
const COUNT_SHOWN_MAX = 999_999_999;

/** At most `columns` characters of printable ASCII: each is one column wide everywhere. */
export function plain(text: string, columns: number): string {
  const safe = text.replaceAll(/[^\x20-\x7e]/gu, "?");
  if (safe.length <= columns) return safe;
  return columns <= 2 ? safe.slice(0, Math.max(0, columns)) : `${safe.slice(0, columns - 2)}..`;
}

/** `1,234`; at most 11 columns. */
export function countText(count: number): string {
  return count > COUNT_SHOWN_MAX ? count.toExponential(2) : count.toLocaleString("en-US");
}

/** `1 beat`, `2,000 beats`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `5` or `5-8`. */
export function rangeText(from: number, to: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** `12:00:05`, as the clock on the wall. */
export function timeText(wallMs: number): string {
  const time = new Date(wallMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
