/** How a simulation looks: a row for each beat under a header that comes back, and its totals. Pure. */
import { type AgentState, STATES } from "../../contracts/status-claim.ts";
import { agentIdAt, type FleetSettings } from "../../sim/fleet-settings.ts";
import { durationText } from "../duration.ts";
import type { Paint } from "../paint.ts";
import { countOf, countText } from "../plain.ts";
import { type BeatRecord, type ClaimResult, claimsOf, lostOf, type RunTotals } from "./beat-record.ts";

/** After so many rows the header comes again: it is always on the screen. */
export const ROWS_PER_HEADER = 20;

const BEAT_COLUMNS = 8;

/** A column is as wide as its head, and as its counts. */
const COUNT_COLUMNS = 5;

const HEADS: Readonly<Record<AgentState, string>> = {
  idle: "idle",
  planning: "plan",
  executing: "exec",
  reviewing: "review",
  completed: "done",
  failed: "fail",
  blocked: "block",
  helping: "help",
};

const RESULT_WORDS: Readonly<Record<ClaimResult, string>> = {
  delivered: "delivered",
  unconfirmed: "uncertain: NATS did not answer for them",
  undelivered: "not sent: NATS was not connected",
  skipped: "not sent: the beat was over, or the server was too far behind",
};

/** What it is that begins. */
export function startLine(fleet: FleetSettings, clusterId: string): string {
  const [first, last] = [agentIdAt(fleet, 0), agentIdAt(fleet, fleet.agents - 1)];
  const names = first === last ? first : `${first} to ${last}`;
  return `${countOf(fleet.agents, "agent")} on cluster ${clusterId}: ${names}, seed ${fleet.seed}`;
}

export function headerLine(): string {
  const heads = ["claims", ...STATES.map((state) => HEADS[state]), "quiet", "lost"];
  return ["beat".padStart(BEAT_COLUMNS), ...heads.map((head) => head.padStart(COUNT_COLUMNS))].join(" ");
}

/** A beat without a frame has a ~ before it. */
export function beatRow(record: BeatRecord, paint: Paint): string {
  const beat = `${record.local ? "~" : ""}${record.beat}`.padStart(BEAT_COLUMNS);
  const colours: Partial<Record<AgentState, (text: string) => string>> = {
    failed: paint.bad,
    blocked: paint.warn,
  };
  const cell = (head: string, count: number, colour?: (text: string) => string): string => {
    const text = shortCount(count).padStart(Math.max(COUNT_COLUMNS, head.length));
    return count === 0 ? paint.faint(text) : (colour?.(text) ?? text);
  };
  return [
    record.local ? paint.warn(beat) : beat,
    cell("claims", claimsOf(record), paint.strong),
    ...STATES.map((state) => cell(HEADS[state], record.states[state], colours[state])),
    cell("quiet", record.silent, paint.warn),
    cell("lost", lostOf(record), paint.bad),
  ].join(" ");
}

/** What was claimed, and what became of it. */
export function totalsLines(totals: RunTotals, runMs: number): readonly string[] {
  const claims = claimsOf(totals);
  const states = STATES.map((state) => `${state} ${countText(totals.states[state])}`);
  const local = totals.localBeats > 0 ? `, ${countText(totals.localBeats)} of them without a frame` : "";
  const head = `${countOf(claims, "claim")} in ${countOf(totals.beats, "beat")}${local}, ${durationText(runMs)}.`;
  if (claims === 0) return [head];
  return [
    head,
    `  ${states.slice(0, 4).join(", ")},`,
    `  ${states.slice(4).join(", ")}`,
    ...resultLines(totals),
  ];
}

function resultLines(totals: RunTotals): readonly string[] {
  const { delivered, ...lost } = totals.results;
  const lines = Object.entries(lost).filter(([, count]) => count > 0);
  if (lines.length === 0) return ["  all delivered"];
  const words = ([result, count]: readonly [string, number]): string =>
    `  ${countText(count)} ${RESULT_WORDS[result as ClaimResult]}`;
  return [words(["delivered", delivered]), ...lines.map(words)];
}

/** At most five columns: `9999`, `12.3k`, `100k`, `1.2M`. */
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 99_950) return `${(count / 1_000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}
