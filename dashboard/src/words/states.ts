/** What an agent says, what it is, and what is wrong with it, in a few words each. Pure. */
import type { AgentState, Presence, Trouble } from "../wire/types.ts";

export const STATE_MEANINGS: Readonly<Record<AgentState, string>> = {
  planning: "prepares what it will do",
  executing: "works",
  reviewing: "checks what was done",
  helping: "keeps a promise to help another agent",
  completed: "has finished its task",
  idle: "has nothing to do",
  blocked: "waits for somebody else",
  failed: "has given its task up",
};

export const PRESENCE_MEANINGS: Readonly<Record<Presence, string>> = {
  progressing: "its state, task or progress changed within a bar",
  waiting: "it is blocked, or its next claim is not due yet",
  alive: "it claims, but nothing of it moved for a bar",
  silent: "no claim for two whole beats past the beat that was due",
};

/** For the chips that filter: a word and what it means. */
export const TROUBLE_WORDS: Readonly<
  Record<Exclude<Trouble, "none">, readonly [word: string, meaning: string]>
> = {
  failed: ["failed", "their last state is failed"],
  stalled: ["stalled", "executing, and their progress has not moved for a bar"],
  cycle: ["in a circle", "blocked, and they wait for each other"],
  blocked: ["blocked", "they wait for somebody who is in no circle with them"],
  silent: ["silent", "no claim for two whole beats past the beat that was due"],
};

export interface LaneFacts {
  readonly agentId: string;
  readonly state: string;
  readonly presence: Presence;
  readonly trouble: Trouble;
  readonly taskId: string | null;
  readonly progress: number | null;
}

/** A lane in one sentence, for those who hear it: `ci:7: executing, build-3, 40 %, stalled`. */
export function laneSentence({ agentId, presence, progress, state, taskId, trouble }: LaneFacts): string {
  const parts = [state];
  if (taskId !== null) parts.push(taskId);
  if (progress !== null) parts.push(`${Math.round(progress * 100)} %`);
  if (trouble !== "none" && trouble !== state) parts.push(TROUBLE_WORDS[trouble][0]);
  else if (presence === "silent" || presence === "waiting") parts.push(presence);
  return `${agentId}: ${parts.join(", ")}`;
}

/** What was seen in one cell: `beat 41 (1 of 8): executing`. */
export function cellSentence(cell: {
  readonly beat: number;
  readonly state: string | undefined;
  readonly beatOfBar?: number | undefined;
  readonly barLength?: number | undefined;
  readonly isFuture: boolean;
}): string {
  const { barLength, beat, beatOfBar, isFuture, state } = cell;
  const place = beatOfBar === undefined || barLength === undefined ? "" : ` (${beatOfBar} of ${barLength})`;
  const seen = isFuture ? "still to come" : (state ?? "no claim seen");
  return `beat ${beat}${place}: ${seen}`;
}
