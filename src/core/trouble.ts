/** What is wrong with an agent now, in a word: what a person who looks at the fleet wants to see first. */
import type { AgentRecord } from "./agent-record.ts";
import type { Presence } from "./summary.ts";

/** Worst first; an agent is the first of these that it is. */
export const TROUBLES = ["failed", "stalled", "cycle", "blocked", "silent", "none"] as const;

export type Trouble = (typeof TROUBLES)[number];

export interface TroubleOptions {
  readonly presence: Presence;
  /** It is one of those who wait for each other. */
  readonly isInCycle: boolean;
  readonly currentBeat: number;
  /** Beats per bar: what has not moved for one stands still. */
  readonly barLength: number;
}

/** The worst that can be said of an agent. */
export function troubleOf(agent: AgentRecord, options: TroubleOptions): Trouble {
  const { state } = agent;
  if (state === "failed") return "failed";
  if (state === "executing" && agent.progress !== undefined && isStill(agent, options)) return "stalled";
  if (state === "blocked") return options.isInCycle ? "cycle" : "blocked";
  return options.presence === "silent" ? "silent" : "none";
}

/** It claims, and has told nothing new for a bar. One that says nothing at all is silent instead. */
function isStill(agent: AgentRecord, { barLength, currentBeat, presence }: TroubleOptions): boolean {
  return presence !== "silent" && currentBeat - agent.changedBeat > barLength;
}
