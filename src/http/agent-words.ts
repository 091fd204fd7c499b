/** The words by which agents are told apart in the API, and what each means. */
import Type from "typebox";
import { Count } from "../contracts/schema/fields.ts";
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import type { Presence } from "../core/summary.ts";
import type { Trouble } from "../core/trouble.ts";
import type { CrowdCounts } from "../reverb/live-view.ts";

/** What an agent can be. A record, so that the compiler asks for a word that is missing. */
const PRESENCE_MEANINGS: Readonly<Record<Presence, string>> = {
  progressing: "its state, task or progress changed within one bar",
  waiting: "it is blocked, or its next claim is not due yet",
  alive: "it claims, but nothing moves",
  silent: "no claim for two whole beats past the beat that was due",
};

export const PRESENCES = Object.keys(PRESENCE_MEANINGS) as readonly Presence[];

export const presenceText = meanings(PRESENCE_MEANINGS);

/** What can be wrong with one; worst first. */
const TROUBLE_MEANINGS: Readonly<Record<Trouble, string>> = {
  failed: "its last state is failed",
  stalled: "it executes, and its progress has not moved for a bar",
  cycle: "it is blocked by agents that wait for it in turn",
  blocked: "its last state is blocked",
  silent: "as presence has it",
  none: "nothing of all this",
};

export const TROUBLES = Object.keys(TROUBLE_MEANINGS) as readonly Trouble[];

export const troubleText = meanings(TROUBLE_MEANINGS);

/** Counts by each of some words, all of which are there. */
function countsOf<Word extends string>(words: readonly Word[], description: string) {
  const members = Object.fromEntries(words.map((word) => [word, Count])) as Record<Word, typeof Count>;
  return Type.Object(members, { description });
}

/** Agents by all words there are. */
export const CROWD = {
  states: countsOf<AgentState>(STATES, "Agents by the state of their last claim."),
  presence: countsOf(PRESENCES, "Agents by what they are."),
  trouble: countsOf(TROUBLES, "Agents by the worst that can be said of them."),
};

export function crowdBody({ presence, states, trouble }: CrowdCounts) {
  return { states: { ...states }, presence: { ...presence }, trouble: { ...trouble } };
}

function meanings(words: Readonly<Record<string, string>>): string {
  return Object.entries(words)
    .map(([word, meaning]) => `${word}: ${meaning}`)
    .join("; ");
}
