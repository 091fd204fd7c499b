/** The pulse as a part of a process: lock, timeline, NATS, service, HTTP, each with its end. */
import { createHash, timingSafeEqual } from "node:crypto";
import { listen } from "../http/listen.ts";
import { createPulseApi } from "../http/pulse-api.ts";
import { StreamLease } from "../nats/lease.ts";
import { runPulse } from "../pulse/pulse.ts";
import type { PulseView } from "../pulse/view.ts";
import { logAlarms } from "../runtime/alarm-log.ts";
import { pulseMetrics, watchProcess } from "../runtime/metrics.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import { TimelineFile } from "../runtime/timeline-file.ts";
import { openBus, subjectsFor } from "./nats-link.ts";
import { openHome, type ServiceHost } from "./service-host.ts";

/** The settings of `pulse`, which those of `up` contain. */
export type PulseOptions = Pick<SettingsOf<"pulse">, keyof SettingsOf<"pulse">>;

/** A pulse that runs. */
export interface StartedPulse {
  /** Of its HTTP API. */
  readonly url: string;
  readonly view: PulseView;
}

/** Undefined where no token is set. */
function adminCheckOf(token: string | undefined): ((given: string) => boolean) | undefined {
  if (token === undefined) return undefined;
  const hash = (value: string) => createHash("sha256").update(value).digest();
  const wanted = hash(token);
  return (given) => timingSafeEqual(hash(given), wanted);
}

/** Starts the pulse. Does not wait for NATS. */
export async function startPulse(settings: PulseOptions, host: ServiceHost): Promise<StartedPulse> {
  const { lifecycle, log } = host;
  const home = await openHome("pulse", settings, host);
  const timelineStore = new TimelineFile(home.directory, settings.clusterId);
  const bus = openBus(settings, { name: `backbeat-pulse ${home.nodeId}`, log });
  lifecycle.onStop("the NATS connection of the pulse", () => bus.close());

  const watch = watchProcess(host.clock);
  lifecycle.onStop("the process metrics of the pulse", () => watch.stop());
  let view: PulseView | undefined;
  const metrics = pulseMetrics(() => view, watch);
  const { clusterId, tempoBpm, barLength, expectedAgents, journalReplicas } = settings;
  const subjects = subjectsFor(settings);
  const pulse = runPulse(
    {
      clusterId,
      tempoBpm,
      barLength,
      nodeId: home.nodeId,
      version: host.version,
      subjects,
      namedLeader: settings.pulseLeader,
      changeAdvice: "`backbeat tempo` changes the tempo; to begin a new timeline, use another cluster name",
      ...(expectedAgents === undefined ? {} : { expectedAgents }),
    },
    {
      ...host,
      bus,
      metrics,
      timelineStore,
      failed: (error) => lifecycle.fail(error),
      lease: new StreamLease({ bus, log, clusterId, subjects, replicas: journalReplicas }),
    },
  );
  view = pulse.view;
  lifecycle.onStop("the pulse", () => pulse.stop());
  const alarmLog = logAlarms(() => pulse.view.alarms(), host);
  lifecycle.onStop("the log of alarms of the pulse", () => alarmLog.stop());

  const api = createPulseApi(pulse.view, {
    log,
    metricsText: () => metrics.text(),
    control: pulse.control,
    isAdmin: adminCheckOf(settings.adminToken),
  });
  lifecycle.onStop("the HTTP API of the pulse", () => api.close());
  const { url } = await listen(api, { ...settings.pulseHttp, setting: "--pulse-http", log });
  return { url, view: pulse.view };
}
