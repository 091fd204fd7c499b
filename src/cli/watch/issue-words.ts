/** The issues of a report in words that follow their count: `3 tasks failed`. */
import type { IssueCategory } from "../../core/summary.ts";
import { plain } from "../plain.ts";

/** For one, for many. At most 48 characters, so that a line of a report fits a terminal. */
const WORDS: Readonly<Record<IssueCategory, readonly [one: string, many: string]>> = {
  agents_over_limit: ["claim refused: a limit was reached", "claims refused: a limit was reached"],
  blocked_agents: ["agent blocked", "agents blocked"],
  duplicate_claims: ["claim repeated", "claims repeated"],
  failed_tasks: ["task failed", "tasks failed"],
  intake_gap: ["ms without NATS: claims may be missing", "ms without NATS: claims may be missing"],
  invalid_messages: ["message refused", "messages refused"],
  late_claims: ["claim came after its bar was closed", "claims came after their bar was closed"],
  missed_beats: ["beat without a frame", "beats without a frame"],
  partial_window: ["bar joined midway: how it began is not known", "bars joined midway"],
  secret_rotation: ["agent did not rotate its secrets", "agents did not rotate their secrets"],
  silent_agents: ["agent silent since the bar before", "agents silent since the bar before"],
  stalled_agents: ["agent without progress for a whole bar", "agents without progress for a whole bar"],
  tempo_drift: ["ms off the announced tempo, on average", "ms off the announced tempo, on average"],
  timeline_restarted: ["restart: the beat began anew", "restarts: the beat began anew"],
  wait_cycle: ["circle of agents that wait for each other", "circles of agents that wait for each other"],
};

export const ISSUE_WORDS_MAX = 48;

/** What an issue means; of a category that is not ours, its name as it was written. */
export function issueWords(category: string, count: number): string {
  if (!Object.hasOwn(WORDS, category)) return plain(category.replaceAll("_", " "), ISSUE_WORDS_MAX);
  const [one, many] = WORDS[category as IssueCategory];
  return count === 1 ? one : many;
}
