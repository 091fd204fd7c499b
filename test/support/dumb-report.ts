/** The dumb twin's report: each KPI and issue as its table row says, by scanning all claims of two bars. */
import { SEVERITIES } from "../../src/contracts/bar-report.ts";
import { deadlineMsOf } from "../../src/contracts/deadline.ts";
import { STATES, type StatusClaim } from "../../src/contracts/status-claim.ts";
import type { ClaimEntry } from "../../src/core/entry.ts";
import { SEVERITY_OF } from "../../src/core/issues.ts";
import type { Limits } from "../../src/core/limits.ts";
import type { IssueDetail, WindowDetail } from "../../src/core/summary.ts";
import type { DumbBar } from "./dumb-reverb.ts";

/** What the twin says of a bar: all of a detail but its sentences and the time of its last entry. */
export type DumbDetail = Omit<WindowDetail, "issueDetails" | "lastUpdatedMs" | "position"> & {
  readonly issueDetails: readonly Omit<IssueDetail, "text">[];
};

export interface DumbOptions {
  readonly before: DumbBar | undefined;
  readonly barLength: number;
  readonly rotationRequired: boolean;
  readonly isRestarted: boolean;
  readonly limits: Limits;
}

export function dumbDetailOf(bar: DumbBar, options: DumbOptions): DumbDetail {
  const claims = claimsOf(bar);
  const agents = agentsOf(claims);
  const newest = bar.frames.at(-1)?.frame.beat_index ?? 0;
  const toBeat = bar.toBeat ?? Math.max(newest, bar.fromBeat + options.barLength - 1);
  const issueDetails = issuesOf(bar, options);
  const issues = issueDetails.map(({ severity, category, count }) => ({ severity, category, count }));
  return {
    windowId: bar.windowId,
    fromBeat: bar.fromBeat,
    toBeat,
    open: bar.toBeat === undefined,
    claimsCount: claims.length,
    agentsReporting: agents.length,
    stateCounts: Object.fromEntries(
      STATES.map((state) => [state, claims.filter((claim) => claim.state === state).length]),
    ) as WindowDetail["stateCounts"],
    completedTasks: tasksIn(claims, "completed").length,
    failedTasks: tasksIn(claims, "failed").length,
    conservation: conservationOf(bar),
    issueDetails,
    report: {
      type: "backbeat.barreport.v1",
      window_id: bar.windowId,
      from_beat: bar.fromBeat,
      to_beat: toBeat,
      agents_reporting: agents.length,
      on_time_reviews: agents.filter((agent) => isReviewOnTime(bar, agent)).length,
      help_promises_fulfilled: promisesKept(bar, options.before),
      secret_rotations_ok: unrotated(claims, options).length === 0,
      tempo_drift_ms: Math.round(meanDriftMs(bar) * 10) / 10 + 0,
      ...(issues.length === 0 ? {} : { issues }),
    },
  };
}

function issuesOf(bar: DumbBar, options: DumbOptions): Omit<IssueDetail, "text">[] {
  const claims = claimsOf(bar);
  const before = options.before === undefined ? [] : claimsOf(options.before);
  const named = (agents: readonly string[]) => ({ count: agents.length, agents: first100(agents) });
  const failedBy = tasksIn(claims, "failed").map(({ agent }) => agent);
  const cycles = cyclesAmong(claims, options.limits);
  const refused = (reasons: RegExp) => bar.others.filter((outcome) => reasons.test(outcome)).length;
  const forLimits = refused(/^refused-(agent|task|held)-limit$/);
  const newest = bar.frames.at(-1)?.frame;
  const to = bar.toBeat ?? newest?.beat_index ?? 0;
  const from = bar.isPartial ? (bar.frames[0]?.frame.beat_index ?? 0) : bar.fromBeat;
  const driftMs = Math.abs(meanDriftMs(bar));
  const isDrifting = driftMs > 0.1 * (60_000 / (newest?.tempo_bpm ?? 1));
  const found: Partial<Record<IssueDetail["category"], Partial<IssueDetail>>> = {
    secret_rotation: named(unrotated(claims, options)),
    failed_tasks: { count: failedBy.length, agents: first100([...new Set(failedBy)]) },
    wait_cycle: { count: cycles.length, agents: first100(cycles.flat()), cycles },
    agents_over_limit: { count: forLimits },
    intake_gap: { count: Math.ceil(sum(bar.gapsMs)) },
    blocked_agents: named(
      agentsOf(claims).filter((agent) => claimsBy(claims, agent).at(-1)?.state === "blocked"),
    ),
    silent_agents: named(silentAgents(claims, before, to)),
    stalled_agents: named(agentsOf(claims).filter((agent) => isStalled(agent, claims, before))),
    late_claims: { count: bar.others.filter((outcome) => outcome === "late").length },
    invalid_messages: { count: refused(/^refused-|^frame$/) - forLimits },
    missed_beats: { count: to - from + 1 - bar.frames.length },
    tempo_drift: { count: isDrifting ? Math.ceil(driftMs) : 0 },
    timeline_restarted: { count: options.isRestarted ? 1 : 0 },
    duplicate_claims: { count: bar.others.filter((outcome) => outcome === "duplicate").length },
    partial_window: { count: bar.isPartial ? 1 : 0 },
  };
  return Object.entries(found)
    .map(([name, finding]) => {
      const category = name as IssueDetail["category"];
      return { agents: [], count: 0, ...finding, category, severity: SEVERITY_OF[category] };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => (a.category < b.category ? -1 : 1))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function conservationOf(bar: DumbBar): WindowDetail["conservation"] {
  const claims = bar.others.filter((outcome) => outcome !== "frame");
  const refused: Record<string, number> = {};
  for (const outcome of claims) {
    const reason = /^refused-(.*)$/.exec(outcome)?.[1];
    if (reason !== undefined) refused[reason] = (refused[reason] ?? 0) + 1;
  }
  return {
    received: bar.counted.length + claims.length,
    counted: bar.counted.length,
    duplicate: claims.filter((outcome) => outcome === "duplicate").length,
    late: claims.filter((outcome) => outcome === "late").length,
    refused,
  };
}

/** The deadline of the nearest frame heard in the bar, of two equally near the earlier, ± beats × period. */
function deadlineIn(bar: DumbBar, beat: number): number {
  const [nearest] = bar.frames.toSorted(
    (a, b) => Math.abs(a.frame.beat_index - beat) - Math.abs(b.frame.beat_index - beat),
  );
  if (nearest === undefined) return Number.POSITIVE_INFINITY;
  return deadlineMsOf(nearest.frame) + (beat - nearest.frame.beat_index) * (60_000 / nearest.frame.tempo_bpm);
}

function isReviewOnTime(bar: DumbBar, agent: string): boolean {
  const isReview = ({ claim }: ClaimEntry) => claim.state === "reviewing" || claim.state === "completed";
  const first = bar.counted.find(({ entry }) => entry.claim.agent_id === agent && isReview(entry));
  if (first === undefined) return false;
  return first.wasHeld || first.entry.timeMs <= deadlineIn(bar, first.entry.claim.beat_index);
}

/** Plays all claims of an (agent, task), first of the bar before, then of this one. */
function promisesKept(bar: DumbBar, before: DumbBar | undefined): number {
  const claims = claimsOf(bar);
  const earlier = before === undefined ? [] : claimsOf(before);
  let kept = 0;
  for (const { agent, task } of distinctTasks(claims)) {
    const isOf = (claim: StatusClaim) => claim.agent_id === agent && claim.task_id === task;
    let promise: "none" | "open" | "ended" = "none";
    const play = (claim: StatusClaim): boolean => {
      const isDone = claim.state === "helping" && (claim.progress === 1 || claim.beats_left === 0);
      if (claim.state === "helping" && promise === "none") promise = "open";
      if (promise !== "open") return false;
      if (isDone || claim.state === "completed" || claim.state === "failed") promise = "ended";
      return isDone || claim.state === "completed";
    };
    earlier.filter(isOf).forEach(play);
    if (claims.filter(isOf).map(play).includes(true)) kept += 1;
  }
  return kept;
}

function meanDriftMs(bar: DumbBar): number {
  const arrived = bar.frames.filter((entry) => entry.answered !== true);
  const first = arrived[0];
  if (first === undefined) return 0;
  const drifts = arrived.map((entry) => {
    const between = bar.frames.slice(bar.frames.indexOf(first), bar.frames.indexOf(entry));
    const announcedMs = between.map((earlier, at) => {
      const later = between[at + 1] ?? entry;
      return (later.frame.beat_index - earlier.frame.beat_index) * (60_000 / earlier.frame.tempo_bpm);
    });
    return entry.timeMs - first.timeMs - sum(announcedMs);
  });
  return sum(drifts) / drifts.length;
}

function unrotated(claims: readonly StatusClaim[], { rotationRequired }: DumbOptions): string[] {
  return agentsOf(claims).filter((agent) => {
    const said = claimsBy(claims, agent).map((claim) => claim.metadata?.secret_rotation);
    return said.includes("failed") || (rotationRequired && !said.includes("ok"));
  });
}

/** Agents that reach each other over blocked agents, by trying every pair. */
function cyclesAmong(claims: readonly StatusClaim[], limits: Limits): string[][] {
  const last = agentsOf(claims).map((agent) => claimsBy(claims, agent).at(-1) as StatusClaim);
  const blocked = last.filter((claim) => claim.state === "blocked");
  const waitsFor = (agent: string) => {
    const claim = blocked.find((other) => other.agent_id === agent);
    const awaited = (claim?.dependencies ?? []).slice(0, limits.dependenciesPerClaim);
    return awaited.filter((other) => blocked.some((b) => b.agent_id === other));
  };
  const reached = (from: string) => {
    const found = new Set<string>();
    const visit = (agent: string): void => {
      for (const next of waitsFor(agent)) {
        if (found.has(next)) continue;
        found.add(next);
        visit(next);
      }
    };
    visit(from);
    return found;
  };
  const names = blocked.map((claim) => claim.agent_id).sort();
  const inCycle = names.filter((agent) => reached(agent).has(agent));
  const cycles = inCycle.map((agent) =>
    inCycle.filter((other) => reached(agent).has(other) && reached(other).has(agent)),
  );
  return cycles.filter((cycle, at) => cycle[0] === inCycle[at]);
}

function silentAgents(claims: readonly StatusClaim[], before: readonly StatusClaim[], to: number) {
  return agentsOf(before).filter((agent) => {
    const next = claimsBy(before, agent).at(-1)?.metadata?.next_beat;
    const isExcused = Number.isSafeInteger(next) && (next as number) > to;
    return !isExcused && claimsBy(claims, agent).length === 0;
  });
}

function isStalled(agent: string, claims: readonly StatusClaim[], before: readonly StatusClaim[]): boolean {
  const last = claimsBy(before, agent).at(-1);
  if (last?.state !== "executing" || last.progress === undefined) return false;
  const isSame = ({ state, progress, task_id }: StatusClaim) =>
    state === "executing" && progress === last.progress && task_id === last.task_id;
  return claimsBy(claims, agent).every(isSame);
}

function tasksIn(claims: readonly StatusClaim[], state: StatusClaim["state"]) {
  return distinctTasks(claims).filter(({ agent, task }) => {
    const own = claims.filter((claim) => claim.agent_id === agent && claim.task_id === task);
    return own.at(-1)?.state === state;
  });
}

function distinctTasks(claims: readonly StatusClaim[]) {
  const all = claims.map((claim) => ({ agent: claim.agent_id, task: claim.task_id }));
  return all.filter(
    (pair, at) => all.findIndex((o) => o.agent === pair.agent && o.task === pair.task) === at,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function claimsOf(bar: DumbBar): StatusClaim[] {
  return bar.counted.map(({ entry }) => entry.claim);
}

function claimsBy(claims: readonly StatusClaim[], agent: string): StatusClaim[] {
  return claims.filter((claim) => claim.agent_id === agent);
}

function agentsOf(claims: readonly StatusClaim[]): string[] {
  return [...new Set(claims.map((claim) => claim.agent_id))].sort();
}

function first100(names: readonly string[]): string[] {
  return [...names].sort().slice(0, 100);
}
