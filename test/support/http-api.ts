/** The two HTTP APIs over fake views, asked without a port. */
import type { HttpApp, HttpAppOptions } from "../../src/http/http-app.ts";
import type { ProbeSources } from "../../src/http/probes.ts";
import { createPulseApi } from "../../src/http/pulse-api.ts";
import { createReverbApi, type ReverbApiOptions } from "../../src/http/reverb-api.ts";
import { type FakePulse, fakePulse, fakePulseView } from "./fake-pulse-view.ts";
import { type FakeReverb, fakeReverb, fakeReverbView } from "./fake-reverb-view.ts";
import { type RecordingLog, recordingLog } from "./recording-log.ts";

/** What /metrics answers here. */
export const METRICS_TEXT = "# TYPE backbeat_test counter\nbackbeat_test 1\n";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON; undefined for an empty one. Throws where it is something else. */
  readonly body: unknown;
}

export interface Asking {
  ask(method: string, path: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

export interface AskedApi<Fake> extends Asking {
  readonly app: HttpApp;
  readonly fake: Fake;
  readonly log: RecordingLog;
}

type Options = Partial<ReverbApiOptions>;

export function reverbApi(options: Options = {}): AskedApi<FakeReverb> {
  const fake = fakeReverb();
  const log = recordingLog();
  const app = createReverbApi(fakeReverbView(fake), { ...defaults(log), ...options });
  return { app, fake, log, ...asking(app) };
}

export function pulseApi(options: Options = {}): AskedApi<FakePulse> {
  const fake = fakePulse();
  const log = recordingLog();
  const app = createPulseApi(fakePulseView(fake), { ...defaults(log), ...options });
  return { app, fake, log, ...asking(app) };
}

function defaults(log: RecordingLog): HttpAppOptions & ProbeSources {
  return { log, metricsText: async () => METRICS_TEXT };
}

/** Asks an app without a port. */
export function asking(app: HttpApp): Asking {
  const ask = async (method: string, url: string): Promise<Answer> => {
    const { statusCode, headers, body } = await app.inject({ method: method as "GET", url });
    return {
      status: statusCode,
      headers,
      text: body,
      get body(): unknown {
        return body === "" ? undefined : JSON.parse(body);
      },
    };
  };
  return { ask, get: (path) => ask("GET", path) };
}
