/** What was watched, in numbers: nothing that came is lost from them. Pure. */
import { wrap } from "../../runtime/settings/wrap.ts";
import { durationText } from "../duration.ts";
import { countOf, countText, LINE_COLUMNS } from "../plain.ts";

/** Why something that could be read was not shown. */
const IGNORED = ["duplicate", "stale", "candidate", "foreign", "repeated report"] as const;

type Ignored = (typeof IGNORED)[number];

const IGNORED_WORDS: Readonly<Record<Ignored, readonly [one: string, many: string]>> = {
  duplicate: ["duplicate frame", "duplicate frames"],
  stale: ["frame from before", "frames from before"],
  candidate: ["frame off the line", "frames off the line"],
  foreign: ["frame of another cluster", "frames of another cluster"],
  "repeated report": ["repeated report", "repeated reports"],
};

export interface Tally {
  /** Beats and reports that were heard, each once. */
  beats: number;
  reports: number;
  /** Beats between those that were heard. */
  beatsMissed: number;
  readonly ignored: Record<Ignored, number>;
  /** By the reason of the refusal. */
  readonly unreadable: Map<string, number>;
}

/** All at zero. */
export function tally(): Tally {
  const ignored = { duplicate: 0, stale: 0, candidate: 0, foreign: 0, "repeated report": 0 };
  return { beats: 0, reports: 0, beatsMissed: 0, ignored, unreadable: new Map() };
}

/** The last words: what was heard, and what was not shown. */
export function summaryLines(counts: Readonly<Tally>, watchedMs: number): readonly string[] {
  const { beats, beatsMissed, ignored, reports, unreadable } = counts;
  const ofReports = reports === 0 ? "no report" : countOf(reports, "report");
  const heard = `${countOf(beats, "beat")} and ${ofReports} in ${durationText(watchedMs)}`;
  const missed = beatsMissed > 0 ? `; ${countOf(beatsMissed, "beat")} not heard` : "";
  const notShown = IGNORED.filter((why) => ignored[why] > 0).map((why) =>
    countOf(ignored[why], ...IGNORED_WORDS[why]),
  );
  const lines = [`${heard}${missed}.`];
  if (notShown.length > 0) lines.push(`Not shown: ${notShown.join(", ")}.`);
  if (unreadable.size > 0) lines.push(`Unreadable: ${unreadableText(unreadable)}.`);
  return lines.flatMap((line) => wrap(line, LINE_COLUMNS));
}

function unreadableText(unreadable: ReadonlyMap<string, number>): string {
  const sum = [...unreadable.values()].reduce((total, count) => total + count, 0);
  const reasons = [...unreadable].map(([reason, count]) => `${countText(count)} ${reason}`).sort();
  return `${countOf(sum, "message")} (${reasons.join(", ")})`;
}
