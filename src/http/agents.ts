/** GET /api/v1/agents: who claimed last, what, and what it is (BACKBEAT-REQ-020). */
import Type from "typebox";
import { AgentId, BeatIndex, Count, described, WindowId } from "../contracts/schema/fields.ts";
import { STATES } from "../contracts/status-claim.ts";
import type { AgentSummary } from "../core/summary.ts";
import type { ReverbView } from "../reverb/view.ts";
import { PRESENCES, presenceText } from "./agent-words.ts";
import {
  agentIdParameter,
  component,
  INPUT_FAILURES,
  limitParameter,
  nullable,
  PAGE_ITEMS_DEFAULT,
  timestamp,
  timestampField,
  wordParameter,
} from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { SHARED } from "./shared-answers.ts";

/** Members of an agent, wherever one is shown. */
export const AGENT = {
  agent_id: described(AgentId, "Who claims."),
  presence: Type.Enum([...PRESENCES], { description: `What it is. ${presenceText}.` }),
  state: Type.Enum([...STATES], { description: "What it says that it is doing." }),
  task_id: nullable(described(AgentId, "What it works on.")),
  beat_index: described(BeatIndex, "The beat of its last claim."),
  progress: nullable(Type.Number({ description: "How much is done, 0 to 1.", minimum: 0, maximum: 1 })),
  beats_left: nullable(described(Count, "Beats until it is done.")),
  next_beat: nullable(described(BeatIndex, "When it means to claim next.")),
  notes: nullable(Type.String({ description: "For people." })),
  dependencies: Type.Array(described(AgentId, "An agent."), { description: "Whom it waits for or helps." }),
  age_beats: Type.Integer({ description: "Beats since the beat of its last claim." }),
  last_claim_at: timestampField("When that claim arrived."),
  window_id: described(WindowId, "The bar of that claim."),
  claims_count: described(Count, "Its claims that were counted in that bar."),
};

const Agent = component("Agent", "An agent's last claim, and what the agent is.", AGENT);

const AgentList = component("AgentList", "Agents in order of their ids.", {
  agents: Type.Array(Agent),
  total_count: described(Count, "How many match in all, on this page or not."),
});

export const AgentNotFound = component("AgentNotFound", "No such agent has claimed lately.", {
  error: Type.Literal("agent not found"),
  agent_id: described(AgentId, "As it was asked for."),
  text: Type.String(),
});

const Filter = Type.Object({
  state: Type.Optional(wordParameter(STATES, "Only agents in this state.")),
  presence: Type.Optional(wordParameter(PRESENCES, `Only agents that are this. ${presenceText}.`)),
  prefix: Type.Optional(agentIdParameter("Only agents whose ids begin so.")),
  limit: Type.Optional(
    limitParameter({ description: "How many agents at most.", default: PAGE_ITEMS_DEFAULT }),
  ),
  after: Type.Optional(agentIdParameter("Only ids that sort after this one: the last id of a page.")),
});

/** Adds the list. */
export function addAgents(app: HttpApp, view: ReverbView): void {
  const list = {
    summary: "Agents that have claimed lately, in order of their ids",
    querystring: Filter,
    response: { 200: AgentList, ...INPUT_FAILURES },
  };
  app.get("/api/v1/agents", { schema: list, config: SHARED }, async (request) => {
    const { items, total } = view.agents({ limit: PAGE_ITEMS_DEFAULT, ...request.query });
    return { agents: items.map(agentBody), total_count: total };
  });
}

/** An agent as it is shown. */
export function agentBody(agent: AgentSummary): Type.Static<typeof Agent> {
  return {
    agent_id: agent.agentId,
    presence: agent.presence,
    state: agent.state,
    task_id: agent.taskId ?? null,
    beat_index: agent.beatIndex,
    progress: agent.progress ?? null,
    beats_left: agent.beatsLeft ?? null,
    next_beat: agent.nextBeat ?? null,
    notes: agent.notes ?? null,
    dependencies: [...agent.dependencies],
    age_beats: agent.ageBeats,
    last_claim_at: timestamp(agent.lastClaimMs),
    window_id: agent.windowId,
    claims_count: agent.claimsCount,
  };
}
