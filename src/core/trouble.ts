/** What is wrong with an agent now, in a word: what a person who looks at the fleet wants to see first. */
import type { AgentRecord } from "./agent-record.ts";
import { type PresenceOptions, presenceOf } from "./presence.ts";

/** Worst first; an agent is the first of these that it is. */
export const TROUBLES = ["failed", "stalled", "cycle", "blocked", "silent", "none"] as const;

export type Trouble = (typeof TROUBLES)[number];

export interface TroubleOptions extends PresenceOptions {
  /** Agents that wait for each other. */
  readonly inCycle: ReadonlySet<string>;
}

/** The worst that can be said of an agent. */
export function troubleOf(agent: AgentRecord, options: TroubleOptions): Trouble {
  const { state } = agent;
  if (state === "failed") return "failed";
  if (state === "blocked") return options.inCycle.has(agent.agentId) ? "cycle" : "blocked";
  // One that says nothing at all does not stand still.
  if (presenceOf(agent, options) === "silent") return "silent";
  return state === "executing" && isStill(agent, options) ? "stalled" : "none";
}

/** It says how far it is, and has said nothing new for more than a bar. */
function isStill(agent: AgentRecord, { barLength, currentBeat }: TroubleOptions): boolean {
  return agent.progress !== undefined && currentBeat - agent.changedBeat > barLength;
}
