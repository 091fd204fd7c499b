/**
 * Reverb's HTTP API: every path over one read-only view (BACKBEAT-REQ-020, -021). Answers only GET and HEAD,
 * changes nothing. Tested with `inject()`; `listen` gives it a port.
 */
import type { ReverbView } from "../reverb/view.ts";
import { addAgents } from "./agents.ts";
import { createHttpApp, type HttpApp, type HttpAppOptions } from "./http-app.ts";
import { addProbes, type ProbeSources } from "./probes.ts";
import { addReports } from "./reports.ts";
import { addReverbStatus, REVERB_SERVICE } from "./reverb-status.ts";
import { addWindows } from "./windows.ts";

/** The API, not yet listening. */
export function createReverbApi(view: ReverbView, options: HttpAppOptions & ProbeSources): HttpApp {
  const info = {
    title: "BACKBEAT reverb",
    description: "Reads what reverb knows of bars, reports and agents. Only GET and HEAD; changes nothing.",
    version: view.status().version,
  };
  const app = createHttpApp(info, options);
  addProbes(app, { ...options, service: REVERB_SERVICE, identity: () => view.status() });
  addReverbStatus(app, view);
  addWindows(app, view);
  addReports(app, view);
  addAgents(app, view);
  return app;
}
