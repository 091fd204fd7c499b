/** How long a certificate is good, and what is wrong with it, in words. Pure: the time is given. */

/** What we look at of a certificate. */
export interface CertificateDates {
  /** Its common name, else its first other name; "" where it has none. */
  readonly name: string;
  /** ms since 1970. */
  readonly notBeforeMs: number;
  /** ms since 1970. */
  readonly notAfterMs: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** "expired on 2026-03-01T00:00:00Z, 3 days ago", "is not valid before …, in 2 hours"; undefined while it is good. */
export function datesFault(certificate: CertificateDates, nowMs: number): string | undefined {
  const { notAfterMs, notBeforeMs } = certificate;
  if (nowMs > notAfterMs) return `expired on ${instantOf(notAfterMs)}, ${spanOf(nowMs - notAfterMs)} ago`;
  if (nowMs < notBeforeMs)
    return `is not valid before ${instantOf(notBeforeMs)}, in ${spanOf(notBeforeMs - nowMs)}`;
  return undefined;
}

/** A time span in its largest unit: "3 days", "1 hour", "5 minutes". */
export function spanOf(spanMs: number): string {
  if (spanMs >= DAY_MS) return countOf(spanMs / DAY_MS, "day");
  if (spanMs >= HOUR_MS) return countOf(spanMs / HOUR_MS, "hour");
  return countOf(spanMs / MINUTE_MS, "minute");
}

/** ISO 8601 without fractions of a second, as certificates have none. */
export function instantOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(".000Z", "Z");
}

function countOf(amount: number, unit: string): string {
  const count = Math.floor(amount);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
