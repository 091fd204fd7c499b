/** Agents in numbers: how many say what and are what, and which group an id belongs to. */
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import { PRESENCES, type Presence } from "../core/summary.ts";
import { TROUBLES, type Trouble } from "../core/trouble.ts";
import type { CrowdCounts, CrowdQuery } from "./live-view.ts";

/** What is counted of one agent. */
export interface Counted {
  readonly state: AgentState;
  readonly presence: Presence;
  readonly trouble: Trouble;
}

/** State: counts by every word there is. */
export class Crowd implements CrowdCounts {
  agentsCount = 0;
  readonly states = zeros(STATES);
  readonly presence = zeros(PRESENCES);
  readonly trouble = zeros(TROUBLES);

  add({ presence, state, trouble }: Counted): void {
    this.agentsCount += 1;
    this.states[state] += 1;
    this.presence[presence] += 1;
    this.trouble[trouble] += 1;
  }

  /** Place of the worst trouble that anybody in it has. */
  get worst(): number {
    return TROUBLES.findIndex((trouble) => this.trouble[trouble] > 0);
  }
}

/** The group of an id: up to and with its first colon, else its first dash or underscore; else the id. */
export function groupOf(agentId: string): string {
  const colon = agentId.indexOf(":");
  if (colon >= 0) return agentId.slice(0, colon + 1);
  const end = agentId.search(/[-_]/);
  return end < 0 ? agentId : agentId.slice(0, end + 1);
}

/** Whether an id is meant. */
export function meansId({ group, prefix, search }: CrowdQuery): (agentId: string) => boolean {
  const wanted = search?.toLowerCase();
  return (agentId) =>
    (prefix === undefined || agentId.startsWith(prefix)) &&
    (group === undefined || (agentId.startsWith(group) && groupOf(agentId) === group)) &&
    (wanted === undefined || agentId.toLowerCase().includes(wanted));
}

function zeros<Word extends string>(words: readonly Word[]): Record<Word, number> {
  return Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;
}
