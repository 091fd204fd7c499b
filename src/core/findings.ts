/** What is worth saying of a bar: every category with its count, its names and a sentence for people. */
import { FirstNames } from "./first-names.ts";
import type { Finding } from "./issues.ts";
import { NAMES_PER_ISSUE_MAX } from "./limits.ts";
import { type ClaimRefusal, LIMIT_REFUSALS } from "./outcome.ts";
import type { RollUp } from "./roll-up.ts";
import type { Window } from "./window.ts";

/** Drift above this part of a beat is an issue. */
const DRIFT_TOLERANCE_BEATS = 0.1;

/** Names in a sentence; up to 100 stand in the list beside it. */
const NAMES_IN_TEXT = 5;

export interface FindingOptions {
  readonly rotationRequired: boolean;
  /** The timeline was restarted since the report before. */
  readonly isRestarted: boolean;
}

/** All findings of a bar, also those with a count of 0. */
export function findings(window: Window, sums: RollUp, options: FindingOptions): Finding[] {
  return [...ofTasks(sums, options), ...ofPresence(sums), ...ofMessages(window), ...ofTime(window, options)];
}

function ofTasks(sums: RollUp, { rotationRequired }: FindingOptions): Finding[] {
  const { agentsFailing, cycles, failedTasks, unrotated } = sums;
  const named = cycles.slice(0, NAMES_PER_ISSUE_MAX);
  const waiting = new FirstNames(NAMES_PER_ISSUE_MAX);
  for (const cycle of cycles) for (const agent of cycle) waiting.add(agent);
  return [
    {
      category: "secret_rotation",
      count: unrotated.count,
      agents: unrotated.names,
      text: `secret rotation failed${rotationRequired ? " or was not attested" : ""}: ${some(unrotated)}`,
    },
    {
      category: "failed_tasks",
      count: failedTasks.count,
      agents: agentsFailing.names,
      text: `failed: ${some(failedTasks)}`,
    },
    {
      category: "wait_cycle",
      count: cycles.length,
      agents: waiting.names,
      cycles: named.map((cycle) => cycle.slice(0, NAMES_PER_ISSUE_MAX)),
      text: `waiting for each other: ${named.slice(0, NAMES_IN_TEXT).map(circle).join("; ")}`,
    },
  ];
}

function ofPresence({ areWaitsSearched, blocked, silent, stalled }: RollUp): Finding[] {
  return [
    {
      category: "blocked_agents",
      count: blocked.count,
      agents: blocked.names,
      text: `blocked: ${some(blocked)}${areWaitsSearched ? "" : " (too many to look for wait cycles)"}`,
    },
    {
      category: "silent_agents",
      count: silent.count,
      agents: silent.names,
      text: `active in the bar before, nothing in this one: ${some(silent)}`,
    },
    {
      category: "stalled_agents",
      count: stalled.count,
      agents: stalled.names,
      text: `executing without progress for a whole bar: ${some(stalled)}`,
    },
  ];
}

function ofMessages(window: Window): Finding[] {
  const forLimits = refusedFor(window, isOfLimit);
  const invalid = refusedFor(window, (reason) => !isOfLimit(reason)) + window.framesRefused;
  return [
    {
      category: "agents_over_limit",
      count: forLimits,
      text: `claims refused because a limit on agents, tasks or held claims was reached: ${forLimits}`,
    },
    { category: "invalid_messages", count: invalid, text: `messages refused: ${reasons(window)}` },
    {
      category: "late_claims",
      count: window.late,
      text: `claims that came after their bar was closed: ${window.late}`,
    },
    { category: "duplicate_claims", count: window.duplicate, text: `claims repeated: ${window.duplicate}` },
  ];
}

function ofTime(window: Window, { isRestarted }: FindingOptions): Finding[] {
  const { heard } = window;
  const to = window.toBeat ?? heard.newestIndex;
  const from = window.isPartial ? heard.firstIndex : window.fromBeat;
  const missed = Math.max(0, to - from + 1 - heard.count);
  const driftMs = Math.abs(heard.meanDriftMs);
  const isDrifting = driftMs > DRIFT_TOLERANCE_BEATS * heard.beatDurationMs;
  const gapMs = Math.ceil(window.gapMs);
  return [
    { category: "intake_gap", count: gapMs, text: `claims may be missing: not connected for ${gapMs} ms` },
    { category: "missed_beats", count: missed, text: `beats of this bar without a frame: ${missed}` },
    {
      category: "tempo_drift",
      count: isDrifting ? Math.ceil(driftMs) : 0,
      text: `frames off the announced tempo by ${driftMs.toFixed(1)} ms on average`,
    },
    {
      category: "timeline_restarted",
      count: isRestarted ? 1 : 0,
      text: "the beat began anew: its index went back or leapt",
    },
    {
      category: "partial_window",
      count: window.isPartial ? 1 : 0,
      text: `joined at beat ${heard.firstIndex}: what came before is not known`,
    },
  ];
}

function refusedFor(window: Window, isMeant: (reason: ClaimRefusal) => boolean): number {
  let sum = 0;
  for (const [reason, count] of window.refused) if (isMeant(reason)) sum += count;
  return sum;
}

function isOfLimit(reason: ClaimRefusal): boolean {
  return (LIMIT_REFUSALS as readonly ClaimRefusal[]).includes(reason);
}

function reasons(window: Window): string {
  const invalid = [...window.refused].filter(([reason]) => !isOfLimit(reason));
  const parts = invalid.map(([reason, count]) => `${count} ${reason}`).sort();
  if (window.framesRefused > 0) parts.push(`${window.framesRefused} frames`);
  return parts.join(", ");
}

function some(names: FirstNames): string {
  const rest = names.count - NAMES_IN_TEXT;
  return names.names.slice(0, NAMES_IN_TEXT).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function circle(cycle: readonly string[]): string {
  const rest = cycle.length - NAMES_IN_TEXT;
  const shown = cycle.slice(0, NAMES_IN_TEXT).join(" ↔ ");
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
