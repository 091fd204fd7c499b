/** GET /api/v1/agents/{agentId}: one agent, what was seen of it, whom it waits for and who waits for it. */
import Type from "typebox";
import { AgentId, BeatIndex, Count, described } from "../contracts/schema/fields.ts";
import { STATES } from "../contracts/status-claim.ts";
import type { AgentStory, OtherAgent } from "../reverb/live-view.ts";
import type { ReverbView } from "../reverb/view.ts";
import { PRESENCES, TROUBLES, troubleText } from "./agent-words.ts";
import { AGENT, AgentNotFound, agentBody } from "./agents.ts";
import { agentIdParameter, component, INPUT_FAILURES, NoQuery, nullable } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";

/** Members of an agent that another one names. */
export const OTHER_AGENT = {
  state: nullable(Type.Enum([...STATES], { description: "Its last state; null where it is not known." })),
  presence: nullable(Type.Enum([...PRESENCES], { description: "What it is; null where it is not known." })),
};

/** Another agent, as far as it is known. */
export function otherBody({ presence, state }: OtherAgent) {
  return { state: state ?? null, presence: presence ?? null };
}

/** What the score adds to an agent. */
export const LANE = {
  lane: described(Count, "Its number in the cells of event claims, for as long as the roster is the same."),
  trouble: Type.Enum([...TROUBLES], { description: `The worst that can be said of it. ${troubleText}.` }),
};

const LETTERS =
  "A letter per beat: i idle, p planning, e executing, r reviewing, c completed, f failed, b blocked, h helping, . nothing seen. A sample: see docs/events.md.";

/** What was seen of an agent beat by beat. */
export function cellsField(description: string) {
  return Type.String({ pattern: "^[.ipercfbh]*$", description: `${description} ${LETTERS}` });
}

const Story = component("AgentStory", "An agent's last claim, and what stands around it.", {
  ...AGENT,
  ...LANE,
  changed_beat: described(BeatIndex, "Beat of the claim that last changed its state, task or progress."),
  tasks: Type.Array(
    Type.Object({
      task_id: nullable(described(AgentId, "Null: claims without a task.")),
      state: Type.Enum([...STATES], { description: "Its last state." }),
    }),
    { description: "Its tasks of that bar with an outcome or a promise to help." },
  ),
  waits_for: Type.Array(
    Type.Object({ agent_id: described(AgentId, "One of its dependencies."), ...OTHER_AGENT }),
    { description: "Whom its last claim names." },
  ),
  waited_for_by: Type.Array(described(AgentId, "An agent."), {
    description: "Blocked agents that name it: at most 100, in order of their ids.",
  }),
  waited_for_by_count: described(Count, "How many there are in all."),
  cycle: nullable(
    Type.Array(Type.String(), { description: "Those who wait for each other, it among them." }),
  ),
  cells: nullable(
    Type.Object({
      from_beat: described(BeatIndex, "Beat of the first letter."),
      to_beat: described(BeatIndex, "Beat of the last letter."),
      letters: cellsField("All beats that are kept."),
    }),
  ),
});

/** Adds the path. */
export function addAgentStory(app: HttpApp, view: ReverbView): void {
  const one = {
    summary: "One agent: its last claim, what it is, whom it waits for, what was seen of it beat by beat",
    params: Type.Object({ agentId: agentIdParameter("The agent.") }),
    querystring: NoQuery,
    response: { 200: Story, 404: AgentNotFound, ...INPUT_FAILURES },
  };
  app.get("/api/v1/agents/:agentId", { schema: one }, async (request, reply) => {
    const { agentId } = request.params;
    const story = view.story(agentId);
    if (story !== undefined) return storyBody(story);
    reply.code(404);
    const text = "No such agent: it never claimed, or not for two bars";
    return { error: "agent not found" as const, agent_id: agentId, text };
  });
}

function storyBody(story: AgentStory): Type.Static<typeof Story> {
  const { cells } = story;
  return {
    ...agentBody(story),
    lane: story.lane,
    trouble: story.trouble,
    changed_beat: story.changedBeat,
    tasks: story.tasks.map(({ state, taskId }) => ({ task_id: taskId === "" ? null : taskId, state })),
    waits_for: story.waitsFor.map((other) => ({ agent_id: other.agentId, ...otherBody(other) })),
    waited_for_by: [...story.waitedForBy],
    waited_for_by_count: story.waitedForByCount,
    cycle: story.cycle === undefined ? null : [...story.cycle],
    cells:
      cells === undefined
        ? null
        : { from_beat: cells.fromBeat, to_beat: cells.toBeat, letters: cells.letters },
  };
}
