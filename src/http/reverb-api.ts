/**
 * Reverb's whole HTTP API over a read-only view: probes, status, bars, reports, agents. Answers only GET and HEAD,
 * changes nothing. Tested with `inject()`; `listen` gives it a port.
 */
import type { ReverbView } from "../reverb/view.ts";
import { addAgentStory } from "./agent-story.ts";
import { addAgents } from "./agents.ts";
import { EventHub } from "./event-hub.ts";
import { addEventStream } from "./event-stream.ts";
import { createHttpApp, type HttpApp, type HttpAppOptions } from "./http-app.ts";
import { EVENT_LIMITS, type EventLimits } from "./limits.ts";
import { addProbes, type ProbeSources } from "./probes.ts";
import { addReports } from "./reports.ts";
import { addReverbStatus, REVERB_SERVICE } from "./reverb-status.ts";
import { addScore } from "./score.ts";
import { addSharedAnswers } from "./shared-answers.ts";
import { addWaits } from "./waits.ts";
import { addWindows } from "./windows.ts";

export interface ReverbApiOptions extends HttpAppOptions, ProbeSources {
  /** What differs from {@link EVENT_LIMITS}. */
  readonly events?: Partial<EventLimits>;
}

/** The API, not yet listening. */
export function createReverbApi(view: ReverbView, options: ReverbApiOptions): HttpApp {
  const info = {
    title: "BACKBEAT reverb",
    description: "Reads what reverb knows of bars, reports and agents. Only GET and HEAD; changes nothing.",
    version: view.status().version,
  };
  const app = createHttpApp(info, options);
  const answers = addSharedAnswers(app);
  addProbes(app, { ...options, service: REVERB_SERVICE, identity: () => view.status() });
  addReverbStatus(app, view);
  addWindows(app, view);
  addReports(app, view);
  addAgents(app, view);
  addAgentStory(app, view);
  addScore(app, view);
  addWaits(app, view);
  const hub = new EventHub({
    live: view.live,
    limits: { ...EVENT_LIMITS, ...options.events },
    who: () => view.status(),
    onEvent: () => answers.forget(),
  });
  addEventStream(app, hub);
  return app;
}
