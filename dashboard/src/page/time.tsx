/** A moment by the clock on the operator's wall; in UTC where the pointer rests on it. */
import { localTime, utcTime } from "../words/numbers.ts";

export function Time({ at }: { readonly at: string | number }) {
  const timeMs = typeof at === "number" ? at : Date.parse(at);
  if (Number.isNaN(timeMs)) return <span>{at}</span>;
  return (
    <time dateTime={new Date(timeMs).toISOString()} title={utcTime(timeMs)}>
      {localTime(timeMs, Date.now())}
    </time>
  );
}
