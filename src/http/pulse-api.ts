/**
 * A pulse's HTTP API over its read-only view (BACKBEAT-REQ-002). Where the pulse can be asked to change something,
 * that is asked on paths of their own, by whoever may (admin.ts).
 */
import type { PulseControl, PulseView } from "../pulse/view.ts";
import type { AdminCheck } from "./admin.ts";
import { createHttpApp, type HttpApp, type HttpAppOptions } from "./http-app.ts";
import { addProbes, type ProbeSources } from "./probes.ts";
import { addPulseLeader } from "./pulse-leader.ts";
import { addPulseStatus, PULSE_SERVICE } from "./pulse-status.ts";
import { addPulseTempo } from "./pulse-tempo.ts";

export interface PulseApiOptions extends HttpAppOptions, ProbeSources {
  /** Undefined: nothing can be changed. */
  readonly control?: PulseControl | undefined;
  /** What changing calls must show; undefined: they must come from this machine. */
  readonly isAdmin?: AdminCheck | undefined;
}

/** The API, not yet listening. */
export function createPulseApi(view: PulseView, options: PulseApiOptions): HttpApp {
  const info = {
    title: "BACKBEAT pulse",
    description: "Reads what a pulse knows of its timeline, and changes the tempo.",
    version: view.status().version,
  };
  const app = createHttpApp(info, options);
  addProbes(app, { ...options, service: PULSE_SERVICE, identity: () => view.status() });
  addPulseStatus(app, view);
  addPulseTempo(app, view, options);
  addPulseLeader(app, view, options);
  return app;
}
