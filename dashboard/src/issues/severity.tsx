/** How bad: a shape and a colour; the word stands beside it or is read aloud. */
import { severityRank } from "../words/issues.ts";

const SHAPES = [
  "M6 0.5 11.5 6 6 11.5 0.5 6z",
  "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z",
  "M6 1 11.5 11h-11z",
  "M6 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
] as const;

export function SeveritySign({ severity }: { readonly severity: string }) {
  const rank = Math.min(severityRank(severity), 3);
  return (
    <svg class={`severity severity-${rank}`} viewBox="0 0 12 12" width="11" height="11" role="img">
      <title>{severity}</title>
      <path d={SHAPES[rank]} />
    </svg>
  );
}
