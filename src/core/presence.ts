/** What an agent is, beyond what it says: progressing, waiting, alive or silent. */
import type { AgentRecord } from "./agent-record.ts";
import type { AgentSummary, Presence } from "./summary.ts";

/** Whole beats past its due beat after which an agent is called silent. */
export const SILENT_AFTER_BEATS = 2;

export interface PresenceOptions {
  readonly currentBeat: number;
  /** Beats per bar: who changed within one is progressing. */
  readonly barLength: number;
  /** While reverb itself is behind, silence says nothing about agents. */
  readonly isLagging: boolean;
}

/** An agent is due at its `next_beat`, else (or if that is over already) on the beat after its last claim. */
export function presenceOf(agent: AgentRecord, options: PresenceOptions): Presence {
  const { currentBeat, barLength, isLagging } = options;
  const dueBeat = Math.max(agent.nextBeat ?? 0, agent.beatIndex + 1);
  if (!isLagging && currentBeat - dueBeat >= SILENT_AFTER_BEATS) return "silent";
  if (agent.state === "blocked" || (agent.nextBeat ?? 0) > currentBeat) return "waiting";
  return currentBeat - agent.changedBeat <= barLength ? "progressing" : "alive";
}

/** An agent's last claim as a plain value. */
export function summarizeAgent(
  agent: AgentRecord,
  options: PresenceOptions & { readonly windowId: string },
): AgentSummary {
  const { taskId, progress, beatsLeft, nextBeat, notes } = agent;
  const summary: Writable<AgentSummary> = {
    agentId: agent.agentId,
    presence: presenceOf(agent, options),
    state: agent.state,
    beatIndex: agent.beatIndex,
    dependencies: agent.dependencies,
    ageBeats: Math.max(0, options.currentBeat - agent.beatIndex),
    lastClaimMs: agent.lastClaimMs,
    windowId: options.windowId,
    claimsCount: agent.claims,
  };
  // One by one: spreading an object for each costs ten times as much, and a page has a thousand agents.
  if (taskId !== undefined) summary.taskId = taskId;
  if (progress !== undefined) summary.progress = progress;
  if (beatsLeft !== undefined) summary.beatsLeft = beatsLeft;
  if (nextBeat !== undefined) summary.nextBeat = nextBeat;
  if (notes !== undefined) summary.notes = notes;
  return summary;
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };
