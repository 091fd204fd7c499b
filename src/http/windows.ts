/**
 * GET /api/v1/windows and /api/v1/windows/{windowId}: the bars that are open or still retained
 * (BACKBEAT-REQ-020, -021). Member names and status codes are fixed by peers; members may be added.
 */
import Type from "typebox";
import { BeatIndex, Count, described, WindowId } from "../contracts/schema/fields.ts";
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import type { WindowDetail, WindowSummary } from "../core/summary.ts";
import type { ListedWindow, ReverbView } from "../reverb/view.ts";
import {
  component,
  INPUT_FAILURES,
  limitParameter,
  NoQuery,
  nullable,
  ReportBody,
  timestamp,
  timestampField,
  windowIdParameter,
} from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { ConservationBody, conservationBody, IssueBody, issueBody } from "./issue-bodies.ts";
import { SHARED } from "./shared-answers.ts";

const COMMON = {
  window_id: described(WindowId, "The bar's name."),
  from_beat: described(BeatIndex, "Its first beat."),
  to_beat: described(BeatIndex, "Its last beat, inclusive; of an open bar the one that is expected."),
  open: Type.Boolean({ description: "Whether it still takes claims." }),
  claims_count: described(Count, "Claims that were counted."),
  last_updated: timestampField("When its last message arrived."),
};

const stateCounts = STATES.map(
  (state) => [state, described(Count, `Counted claims that say ${state}.`)] as const,
);

const StateCounts = Type.Object(Object.fromEntries(stateCounts) as Record<AgentState, typeof Count>);

const Window = component(
  "Window",
  "One bar in short; what is added up when it closes is null while it is open.",
  {
    ...COMMON,
    agents_reporting: described(Count, "Distinct agents whose claims were counted."),
    state_counts: nullable(StateCounts),
    completed_tasks: nullable(described(Count, "Tasks that were completed.")),
    failed_tasks: nullable(described(Count, "Tasks that failed.")),
    issues_count: nullable(described(Count, "Kinds of issues of its report.")),
  },
);

const WindowList = component("WindowList", "Bars, newest first.", {
  windows: Type.Array(Window),
  total_count: described(Count, "How many there are in all, on this page or not."),
});

const WindowAggregation = component("WindowAggregation", "What was counted in one bar.", {
  ...COMMON,
  unique_agents: described(Count, "Distinct agents whose claims were counted."),
  state_counts: StateCounts,
  completed_tasks: described(Count, "Distinct tasks of agents whose last state is completed."),
  failed_tasks: described(Count, "Distinct tasks of agents whose last state is failed."),
  conservation: ConservationBody,
  issue_details: Type.Array(IssueBody),
});

const OneWindow = component(
  "WindowDetail",
  "One bar in full; of an open bar the report as it would be now.",
  {
    window_aggregation: WindowAggregation,
    current_bar_report: ReportBody,
  },
);

/** 404 of a window or report. */
export const WindowNotFound = component("WindowNotFound", "No such window is open or retained.", {
  error: Type.Literal("window not found"),
  window_id: described(WindowId, "As it was asked for."),
  text: Type.String(),
});

/** The body of that 404. */
export function windowNotFound(windowId: string): Type.Static<typeof WindowNotFound> {
  const text = "No such window: it is not known here, or no longer retained";
  return { error: "window not found", window_id: windowId, text };
}

const Page = Type.Object({
  limit: Type.Optional(limitParameter({ description: "How many at most; all if left out." })),
  before: Type.Optional(windowIdParameter("Only bars older than this one; none if it is not retained.")),
});

/** Adds both paths. */
export function addWindows(app: HttpApp, view: ReverbView): void {
  const list = {
    summary: "Bars that are open or retained, newest first",
    querystring: Page,
    response: { 200: WindowList, ...INPUT_FAILURES },
  };
  app.get("/api/v1/windows", { schema: list, config: SHARED }, async (request) => {
    const { items, total } = view.windows(request.query);
    return { windows: items.map(windowBody), total_count: total };
  });

  const one = {
    summary: "One bar: its counts, its issues with names, its report",
    params: Type.Object({ windowId: windowIdParameter("The bar; compared without case.") }),
    querystring: NoQuery,
    response: { 200: OneWindow, 404: WindowNotFound, ...INPUT_FAILURES },
  };
  app.get("/api/v1/windows/:windowId", { schema: one }, async (request, reply) => {
    const { windowId } = request.params;
    const window = view.window(windowId);
    if (window !== undefined) return windowDetailBody(window);
    reply.code(404);
    return windowNotFound(windowId);
  });
}

function commonBody(window: WindowSummary) {
  return {
    window_id: window.windowId,
    from_beat: window.fromBeat,
    to_beat: window.toBeat,
    open: window.open,
    claims_count: window.claimsCount,
    last_updated: timestamp(window.lastUpdatedMs),
  };
}

function windowBody(window: ListedWindow): Type.Static<typeof Window> {
  return {
    ...commonBody(window),
    agents_reporting: window.agentsReporting,
    state_counts: window.stateCounts === undefined ? null : { ...window.stateCounts },
    completed_tasks: window.completedTasks ?? null,
    failed_tasks: window.failedTasks ?? null,
    issues_count: window.issueDetails?.length ?? null,
  };
}

function windowDetailBody(window: WindowDetail): Type.Static<typeof OneWindow> {
  const aggregation = {
    ...commonBody(window),
    unique_agents: window.agentsReporting,
    state_counts: { ...window.stateCounts },
    completed_tasks: window.completedTasks,
    failed_tasks: window.failedTasks,
    conservation: conservationBody(window.conservation),
    issue_details: window.issueDetails.map(issueBody),
  };
  return { window_aggregation: aggregation, current_bar_report: window.report };
}
