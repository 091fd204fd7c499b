/** GET /api/v1/score and /api/v1/score/groups: agents × beats, and the fleet by the beginnings of its ids. */
import Type from "typebox";
import { BeatIndex, Count, described, WindowId } from "../contracts/schema/fields.ts";
import { STATES } from "../contracts/status-claim.ts";
import {
  type AgentGroup,
  type GroupPage,
  SCORE_SORTS,
  type ScoreLane,
  type ScorePage,
} from "../reverb/live-view.ts";
import type { ReverbView } from "../reverb/view.ts";
import { cellsField, LANE } from "./agent-story.ts";
import { CROWD, crowdBody, PRESENCES, presenceText, TROUBLES, troubleText } from "./agent-words.ts";
import { AGENT } from "./agents.ts";
import {
  agentIdParameter,
  component,
  INPUT_FAILURES,
  integerParameter,
  limitParameter,
  nullable,
  timestamp,
  timestampField,
  wordParameter,
} from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { SHARED } from "./shared-answers.ts";

/** Lanes of one page: more than any screen has rows, with 512 beats each 100 kB. */
const LANES_MAX = 200;
const LANES_DEFAULT = 50;

/** How deep a list may be paged: the pages before are sorted, too. Whoever wants more searches. */
const OFFSET_MAX = 10_000;

/** Bars of one page; beats are bounded besides. */
const BARS_MAX = 8;
const BARS_DEFAULT = 2;

const { agent_id, age_beats, beat_index, beats_left, claims_count, presence, progress, state, task_id } =
  AGENT;

const Lane = component("Lane", "One agent's line of the score.", {
  ...{ agent_id, presence, state, task_id, progress, beats_left, beat_index, age_beats, claims_count },
  ...LANE,
  cells: cellsField("From from_beat to to_beat."),
});

const ScoreBar = Type.Object({
  window_id: described(WindowId, "The bar's name."),
  from_beat: described(BeatIndex, "Its first beat."),
  to_beat: described(BeatIndex, "Its last beat; of an open bar the one that is expected."),
  open: Type.Boolean({ description: "Whether it still takes claims." }),
});

const Score = component("Score", "Agents × beats.", {
  timestamp: timestampField("When this was said."),
  look: described(Count, "Cells of claims events up to this look are in here."),
  roster: described(Count, "Another number: lanes have been given to other agents."),
  current_beat: nullable(described(BeatIndex, "The newest beat that was heard; null before the first.")),
  from_beat: nullable(described(BeatIndex, "Beat of the first letter of cells.")),
  to_beat: nullable(described(BeatIndex, "Beat of the last letter of cells.")),
  bars: Type.Array(ScoreBar, { description: "Bars of these beats that are still known, oldest first." }),
  lanes: Type.Array(Lane),
  total_count: described(Count, "How many agents match in all, on this page or not."),
  agents_count: described(Count, "How many agents are remembered."),
  sums: Type.Optional(
    Type.Record(Type.String(), Type.Array(Count), {
      description:
        "Where asked for: by letter how many have it, from from_beat to to_beat; over the same as counts.",
    }),
  ),
  counts: Type.Object(CROWD, {
    description: "Over those whose ids match, whatever state, presence and trouble were asked for.",
  }),
});

const Group = component("AgentGroup", "Agents whose ids begin alike.", {
  group: Type.String({
    description: "Up to and with the first colon of the id, else its first - or _, else the whole id.",
  }),
  agents_count: described(Count, "How many there are."),
  ...CROWD,
});

const GroupList = component("AgentGroupList", "The fleet by groups.", {
  timestamp: timestampField("When this was said."),
  groups: Type.Array(Group),
  total_count: described(Count, "How many groups there are in all, on this page or not."),
  ungrouped_agents: described(Count, "Agents of groups beyond the first 1,000."),
});

const ORDER = {
  sort: Type.Optional(wordParameter(SCORE_SORTS, "trouble: worst first, then by name. Default trouble.")),
  offset: Type.Optional(
    integerParameter({ description: "How many to pass over.", minimum: 0, maximum: OFFSET_MAX, default: 0 }),
  ),
  limit: Type.Optional(
    limitParameter({ description: "How many at most.", maximum: LANES_MAX, default: LANES_DEFAULT }),
  ),
  search: Type.Optional(agentIdParameter("Only agents whose ids contain it, without case.")),
};

const ScoreQuery = Type.Object({
  bars: Type.Optional(
    integerParameter({
      description: "How many bars back cells go, with the current one.",
      minimum: 1,
      maximum: BARS_MAX,
      default: BARS_DEFAULT,
    }),
  ),
  state: Type.Optional(wordParameter(STATES, "Only agents in this state.")),
  presence: Type.Optional(wordParameter(PRESENCES, `Only agents that are this. ${presenceText}.`)),
  trouble: Type.Optional(
    wordParameter(
      [...TROUBLES, "any"] as const,
      `Only agents with this trouble. ${troubleText}; any: all but none.`,
    ),
  ),
  sums: Type.Optional(
    wordParameter(["true"] as const, "Sum up what all whose ids match have said, beat by beat."),
  ),
  prefix: Type.Optional(agentIdParameter("Only agents whose ids begin so.")),
  group: Type.Optional(agentIdParameter("Only agents of this group.")),
  ...ORDER,
});

const GroupQuery = Type.Object(ORDER);

const PAGE = { sort: "trouble", offset: 0, limit: LANES_DEFAULT } as const;

/** Adds both paths. */
export function addScore(app: HttpApp, view: ReverbView): void {
  const score = {
    summary: "Agents × beats: what was seen of each agent, worst first",
    querystring: ScoreQuery,
    response: { 200: Score, ...INPUT_FAILURES },
  };
  app.get("/api/v1/score", { schema: score, config: SHARED }, async (request) => {
    const { sums, ...query } = request.query;
    return scoreBody(view.score({ bars: BARS_DEFAULT, ...PAGE, ...query, hasSums: sums === "true" }));
  });

  const groups = {
    summary: "The fleet by the beginnings of agent ids, worst first",
    querystring: GroupQuery,
    response: { 200: GroupList, ...INPUT_FAILURES },
  };
  app.get("/api/v1/score/groups", { schema: groups, config: SHARED }, async (request) =>
    groupListBody(view.groups({ ...PAGE, ...request.query })),
  );
}

function scoreBody(page: ScorePage): Type.Static<typeof Score> {
  const { bars, counts, lanes, range, sums } = page;
  return {
    timestamp: timestamp(page.nowMs),
    look: page.look,
    roster: page.roster,
    current_beat: range?.toBeat ?? null,
    from_beat: range?.fromBeat ?? null,
    to_beat: range?.toBeat ?? null,
    bars: bars.map(({ fromBeat, open, toBeat, windowId }) => ({
      window_id: windowId,
      from_beat: fromBeat,
      to_beat: toBeat,
      open,
    })),
    lanes: lanes.map(laneBody),
    total_count: page.total,
    agents_count: page.agentsCount,
    ...(sums === undefined ? {} : { sums: sumsBody(sums) }),
    counts: crowdBody(counts),
  };
}

function sumsBody(sums: NonNullable<ScorePage["sums"]>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(sums).map(([letter, counts]) => [letter, [...counts]]));
}

function laneBody(lane: ScoreLane): Type.Static<typeof Lane> {
  return {
    lane: lane.lane,
    agent_id: lane.agentId,
    state: lane.state,
    presence: lane.presence,
    trouble: lane.trouble,
    task_id: lane.taskId ?? null,
    progress: lane.progress ?? null,
    beats_left: lane.beatsLeft ?? null,
    beat_index: lane.beatIndex,
    age_beats: lane.ageBeats,
    claims_count: lane.claimsCount,
    cells: lane.cells,
  };
}

function groupListBody(page: GroupPage): Type.Static<typeof GroupList> {
  return {
    timestamp: timestamp(page.nowMs),
    groups: page.groups.map(groupBody),
    total_count: page.total,
    ungrouped_agents: page.ungroupedAgents,
  };
}

function groupBody(group: AgentGroup): Type.Static<typeof Group> {
  return { group: group.group, agents_count: group.agentsCount, ...crowdBody(group) };
}
