/**
 * What an issue of a report says and asks of the operator. Pure.
 *
 * The same words in one sentence each that docs/operations.md has in a table. A record, so that the compiler asks
 * for the words of a new category; of a category that is not ours the name is shown as it was written.
 */
import type { Severity } from "../../../src/contracts/bar-report.ts";
import type { IssueCategory } from "../../../src/core/summary.ts";
import { countText, numberText } from "./numbers.ts";

interface Words {
  /** Follows the count: for one, for many. */
  readonly what: readonly [one: string, many: string];
  readonly todo: string;
}

const WORDS: Readonly<Record<IssueCategory, Words>> = {
  secret_rotation: {
    what: ["agent did not rotate its secrets", "agents did not rotate their secrets"],
    todo: "Rotate by hand and look at that agent's log.",
  },
  agents_over_limit: {
    what: [
      "claim was refused because a limit was reached",
      "claims were refused because a limit was reached",
    ],
    todo: "The conservation line of the bar names the limit: raise it, or find out who claims so much.",
  },
  failed_tasks: {
    what: ["task ended as failed", "tasks ended as failed"],
    todo: "Open the agents named here: their stories name the tasks.",
  },
  intake_gap: {
    what: ["ms without NATS: claims may be missing", "ms without NATS: claims may be missing"],
    todo: "Look at the NATS server; the counts of this bar are lower bounds.",
  },
  wait_cycle: {
    what: ["circle of agents that wait for each other", "circles of agents that wait for each other"],
    todo: "Nobody in a circle goes on by itself: free one agent of each.",
  },
  blocked_agents: {
    what: ["agent is blocked", "agents are blocked"],
    todo: "Open one to see whom it waits for.",
  },
  invalid_messages: {
    what: ["message could not be taken", "messages could not be taken"],
    todo: "The conservation line of the bar says why; `backbeat validate` checks a sender.",
  },
  late_claims: {
    what: ["claim came after its bar was closed", "claims came after their bar was closed"],
    todo: "They change no report. Slow agents or clocks: a larger --grace helps, up to half a beat.",
  },
  missed_beats: {
    what: ["beat of the bar had no frame", "beats of the bar had no frame"],
    todo: "Look at the pulse, or at the link to it.",
  },
  silent_agents: {
    what: ["agent is silent since the bar before", "agents are silent since the bar before"],
    todo: "They are gone or hang, and announced no pause: look at their hosts.",
  },
  stalled_agents: {
    what: ["agent made no progress for a whole bar", "agents made no progress for a whole bar"],
    todo: "They still claim to execute: look what they do.",
  },
  tempo_drift: {
    what: ["ms off the announced tempo on average", "ms off the announced tempo on average"],
    todo: "An overloaded pulse or a slow link.",
  },
  timeline_restarted: {
    what: ["restart: the beat began anew", "restarts: the beat began anew"],
    todo: "A pulse lost its data directory, or two pulses run in one cluster.",
  },
  duplicate_claims: {
    what: ["claim was repeated and counted once", "claims were repeated and counted once"],
    todo: "Harmless: somebody sends again.",
  },
  partial_window: {
    what: ["bar was joined midway: how it began is not known", "bars were joined midway"],
    todo: "Harmless after a start.",
  },
};

export interface IssueSentence {
  /** `3 tasks ended as failed` */
  readonly what: string;
  /** What to do; empty for a category that is not known here. */
  readonly todo: string;
}

/** An issue in words. */
export function issueSentence(category: string, count: number): IssueSentence {
  if (!Object.hasOwn(WORDS, category))
    return { what: `${numberText(count)} × ${category.replaceAll("_", " ")}`, todo: "" };
  const { todo, what } = WORDS[category as IssueCategory];
  return { what: countText(count, ...what), todo };
}

const SEVERITY_RANKS: Readonly<Record<Severity, number>> = { critical: 0, error: 1, warning: 2, info: 3 };

/** Worst is 0; what is not known comes last. */
export function severityRank(severity: string): number {
  return Object.hasOwn(SEVERITY_RANKS, severity) ? SEVERITY_RANKS[severity as Severity] : 4;
}

export interface CountedIssue {
  readonly severity: string;
  readonly category: string;
  readonly count: number;
}

/** Worst first, then by category: the order of a report, whoever wrote it. */
export function worstFirst<Issue extends CountedIssue>(issues: readonly Issue[]): readonly Issue[] {
  return [...issues].sort(
    (a, b) => severityRank(a.severity) - severityRank(b.severity) || (a.category < b.category ? -1 : 1),
  );
}
