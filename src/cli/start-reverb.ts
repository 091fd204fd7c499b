/** Reverb as a part of a process: lock, NATS, service, HTTP, each with its end. */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { listen } from "../http/listen.ts";
import { createReverbApi } from "../http/reverb-api.ts";
import type { NatsBus } from "../nats/bus.ts";
import { openStreams } from "../nats/streams.ts";
import type { StreamsOpener } from "../ports.ts";
import { runReverb } from "../reverb/reverb.ts";
import type { ReverbSettings } from "../reverb/settings.ts";
import type { ReverbView } from "../reverb/view.ts";
import { logAlarms } from "../runtime/alarm-log.ts";
import { ChainHeadFile } from "../runtime/chain-head-file.ts";
import { CheckpointFile } from "../runtime/checkpoint-file.ts";
import { readDashboard } from "../runtime/dashboard-files.ts";
import { reverbMetrics, watchProcess } from "../runtime/metrics.ts";
import type { SettingsOf } from "../runtime/settings/table.ts";
import { startWatchdog } from "../runtime/watchdog.ts";
import { keysIn } from "./keys/key-file.ts";
import { openBus, subjectsFor } from "./nats-link.ts";
import { type Home, openHome, type ServiceHost } from "./service-host.ts";
import { streamPlansOf } from "./stream-settings.ts";

/** Where the build puts the dashboard: beside the compiled sources. */
const DASHBOARD_DIRECTORY = fileURLToPath(new URL("../dashboard", import.meta.url));

/** The settings of `reverb`, which those of `up` contain, but for where else to look at servers. */
export type ReverbOptions = Omit<SettingsOf<"reverb">, "natsMonitors"> &
  Partial<Pick<SettingsOf<"reverb">, "natsMonitors">>;

/** A reverb that runs. */
export interface StartedReverb {
  /** Of its HTTP API. */
  readonly url: string;
  readonly view: ReverbView;
  /** Resolves when what is published is not missed any more, or never will be heard. */
  readonly opened: Promise<void>;
}

/** Starts reverb. Does not wait for NATS. */
export async function startReverb(settings: ReverbOptions, host: ServiceHost): Promise<StartedReverb> {
  const { lifecycle, log } = host;
  const home = await openHome("reverb", settings, host);
  const bus = openBus(settings, { name: `backbeat-reverb ${home.nodeId}`, log });
  lifecycle.onStop("the NATS connection of reverb", () => bus.close());

  const watch = watchProcess(host.clock);
  lifecycle.onStop("the process metrics of reverb", () => watch.stop());
  let view: ReverbView | undefined;
  const metrics = reverbMetrics(() => view, watch);
  const reverb = runReverb(reverbSettingsOf(settings, home, host.version), {
    ...host,
    bus,
    metrics,
    streams: streamsFor(settings, { bus, host }),
    checkpoints: new CheckpointFile(home.directory),
    chainHead: new ChainHeadFile(home.directory, settings.clusterId),
  });
  view = reverb.view;
  reverb.failed.catch((error: unknown) => lifecycle.fail(error));
  lifecycle.onStop("reverb", () => reverb.stop());
  const alarmLog = logAlarms(() => reverb.view.alarms(), host);
  lifecycle.onStop("the log of alarms of reverb", () => alarmLog.stop());
  const watchdog = startWatchdog({ log });
  lifecycle.onStop("the watchdog", () => watchdog.stop());

  const api = createReverbApi(reverb.view, {
    log,
    metricsText: () => metrics.text(),
    events: { clients: settings.eventClientsMax },
    pages: readDashboard(DASHBOARD_DIRECTORY, log),
  });
  lifecycle.onStop("the HTTP API of reverb", () => api.close());
  const { url } = await listen(api, { ...settings.http, setting: "--http", log });
  return { url, view: reverb.view, opened: reverb.opened };
}

function streamsFor(
  settings: ReverbOptions,
  { bus, host }: { readonly bus: NatsBus; readonly host: ServiceHost },
): StreamsOpener {
  return openStreams(bus, streamPlansOf(settings, subjectsFor(settings)), host.log);
}

function reverbSettingsOf(settings: ReverbOptions, home: Home, version: string): ReverbSettings {
  const { graceMs, leadBeats, leapBeats, expectedAgents, keysFile } = settings;
  const keys = keysFile === undefined ? [] : keysIn(keysFile);
  return {
    clusterId: settings.clusterId,
    nodeId: home.nodeId,
    boot: randomUUID(),
    version,
    subjects: subjectsFor(settings),
    barLength: settings.barLength,
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(leadBeats === undefined ? {} : { leadBeats }),
    ...(leapBeats === undefined ? {} : { leapBeats }),
    ...(expectedAgents === undefined ? {} : { expectedAgents }),
    journalMode: settings.journalMode,
    ...(settings.replaceProfile === undefined ? {} : { replaceProfile: settings.replaceProfile }),
    ...(settings.requireDurability === undefined ? {} : { durabilityRequired: settings.requireDurability }),
    rotationRequired: settings.requireRotation,
    ...(keysFile === undefined ? {} : { signatures: { keys, required: settings.requireSignatures } }),
    readingMode: settings.strict ? "strict" : "lenient",
    bodyBytesMax: settings.bodyBytesMax,
    windowsRetainedMax: settings.windowsRetainedMax,
    windowTtlSeconds: settings.windowTtlSeconds,
    limits: {
      agentsPerWindow: settings.agentsPerWindowMax,
      tasksPerAgent: settings.tasksPerAgentMax,
      dependenciesPerClaim: settings.dependenciesPerClaimMax,
      fingerprintsPerAgent: settings.fingerprintsPerAgentMax,
      heldClaims: settings.heldClaimsMax,
    },
  };
}
