/** GET /api/v1/waits: who waits for whom right now, and who in a circle. */
import Type from "typebox";
import { Count, described } from "../contracts/schema/fields.ts";
import type { WaitsPage } from "../reverb/live-view.ts";
import type { ReverbView } from "../reverb/view.ts";
import { OTHER_AGENT, otherBody } from "./agent-story.ts";
import { component, INPUT_FAILURES, limitParameter, timestamp, timestampField } from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { SHARED } from "./shared-answers.ts";

/** Waits that are shown where the request names no limit: more than a picture can show. */
const EDGES_DEFAULT = 300;

const Waits = component("Waits", "Waits among agents whose last state is blocked.", {
  timestamp: timestampField("When this was said."),
  blocked_count: described(Count, "Agents whose last state is blocked."),
  searched: Type.Boolean({ description: "False: too many wait to look for cycles." }),
  cycles: Type.Array(Type.Array(Type.String()), {
    description: "Those who wait for each other: at most 100 cycles, of each at most 100 agents.",
  }),
  cycles_count: described(Count, "How many cycles there are in all."),
  edges: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), {
    description: "Who waits, and for whom; those of cycles first, then by name.",
  }),
  edges_count: described(Count, "How many waits there are in all."),
  agents: Type.Record(
    Type.String(),
    Type.Object({ ...OTHER_AGENT, in_cycle: Type.Boolean({ description: "Waits in a circle." }) }),
    { description: "Everybody whom the edges name." },
  ),
});

const Query = Type.Object({
  limit: Type.Optional(limitParameter({ description: "How many waits at most.", default: EDGES_DEFAULT })),
});

/** Adds the path. */
export function addWaits(app: HttpApp, view: ReverbView): void {
  const waits = {
    summary: "Who waits for whom, and who in a circle",
    querystring: Query,
    response: { 200: Waits, ...INPUT_FAILURES },
  };
  app.get("/api/v1/waits", { schema: waits, config: SHARED }, async (request) =>
    waitsBody(view.waits(request.query.limit ?? EDGES_DEFAULT)),
  );
}

function waitsBody(page: WaitsPage): Type.Static<typeof Waits> {
  const agents = page.agents.map(
    (agent) => [agent.agentId, { ...otherBody(agent), in_cycle: agent.isInCycle }] as const,
  );
  return {
    timestamp: timestamp(page.nowMs),
    blocked_count: page.blockedCount,
    searched: page.areSearched,
    cycles: page.cycles.map((cycle) => [...cycle]),
    cycles_count: page.cyclesCount,
    edges: page.edges.map(({ from, to }) => [from, to]),
    edges_count: page.edgesCount,
    agents: Object.fromEntries(agents),
  };
}
