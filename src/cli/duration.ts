/** How long something took or takes, for people: the two largest units, no more precise than anybody needs. */

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** Below this many seconds tenths are worth saying. */
const TENTHS_BELOW_SECONDS = 10;

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 d 4 h`. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, durationMs) / 1_000;
  if (seconds < TENTHS_BELOW_SECONDS) return `${Math.round(seconds * 10) / 10} s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    // Once begun, the next unit ends it: `1 d 20 s` would say more than is known.
    if (parts.length > 0) {
      if (count > 0) parts.push(`${count} ${name}`);
      break;
    }
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}
