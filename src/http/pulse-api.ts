/** A pulse's HTTP API over its read-only view (BACKBEAT-REQ-002). Answers only GET and HEAD, changes nothing. */
import type { PulseView } from "../pulse/view.ts";
import { createHttpApp, type HttpApp, type HttpAppOptions } from "./http-app.ts";
import { addProbes, type ProbeSources } from "./probes.ts";
import { addPulseStatus, PULSE_SERVICE } from "./pulse-status.ts";

/** The API, not yet listening. */
export function createPulseApi(view: PulseView, options: HttpAppOptions & ProbeSources): HttpApp {
  const info = {
    title: "BACKBEAT pulse",
    description: "Reads what a pulse knows of its timeline. Only GET and HEAD; changes nothing.",
    version: view.status().version,
  };
  const app = createHttpApp(info, options);
  addProbes(app, { ...options, service: PULSE_SERVICE, identity: () => view.status() });
  addPulseStatus(app, view);
  return app;
}
