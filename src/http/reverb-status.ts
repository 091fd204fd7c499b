/** GET /ready and /api/v1/status of reverb. The members that peers know stand first; members may be added. */
import Type from "typebox";
import { BeatIndex, ClusterId, Count, described, WindowId } from "../contracts/schema/fields.ts";
import type { Alarm, Durability, ReverbStatus, ReverbView, Totals } from "../reverb/view.ts";
import {
  component,
  counts,
  FAILURES,
  INPUT_FAILURES,
  NoQuery,
  nullable,
  timestamp,
  timestampField,
} from "./fields.ts";
import { HEALTH_LEVELS, healthOf } from "./health-words.ts";
import type { HttpApp } from "./http-app.ts";
import { JournalBody, journalBody } from "./journal-body.ts";
import { NotReady } from "./probes.ts";
import { SHARED } from "./shared-answers.ts";

/** Name of the service in /health and the status; fixed by peers. */
export const REVERB_SERVICE = "backbeat-reverb";

const DURABILITIES: readonly Durability[] = ["best-effort", "process-crash-safe", "power-safe"];

const NOW = {
  active_windows: described(Count, "Bars that take claims."),
  current_beat: nullable(described(BeatIndex, "The newest beat that was heard; null before the first.")),
  current_window_id: nullable(described(WindowId, "Its bar.")),
  durability: Type.Enum([...DURABILITIES], { description: "What may be promised of counted claims." }),
};

const AlarmBody = component("Alarm", "Something that only this process sees.", {
  name: Type.String(),
  text: Type.String({ description: "A sentence for people." }),
  since: timestampField("Since when."),
});

const Ready = component("ReverbReady", "Reverb hears beats and can report.", {
  status: Type.Literal("ready"),
  ...NOW,
  alarms: Type.Array(AlarmBody, { description: "What stands although reverb is ready." }),
});

const TotalsBody = component("ReverbTotals", "Sums since start; received = the sum over all outcomes.", {
  claims_received: described(Count, "Claims that arrived."),
  frames_received: described(Count, "Frames that arrived."),
  claims: counts("Claims by outcome; held is what is held now."),
  frames: counts("Frames by outcome."),
  bends: counts("What was bent while reading leniently, by kind."),
  dependencies_cut: described(Count, "Dependencies beyond the limit per claim, which were not kept."),
  reports_published: described(Count, "Reports that were sent."),
  reports_dropped: described(Count, "Reports that were let go unsent, because the link stayed down."),
  reports_withheld: described(
    Count,
    "Reports that were kept back, because another reverb reports the same bars.",
  ),
  windows_forgotten: described(Count, "Closed bars whose details were let go, by age or number."),
  gaps: described(Count, "Times that messages may have been missed."),
  gap_ms: Type.Number({ description: "Milliseconds of these gaps.", minimum: 0 }),
});

const Status = component("ReverbStatus", "What reverb is doing.", {
  service: Type.Literal(REVERB_SERVICE),
  cluster_id: described(ClusterId, "The tempo domain."),
  node_id: Type.String({ description: "This process." }),
  boot_id: nullable(Type.String({ description: "This run of it." })),
  ...NOW,
  bar_length: described(Count, "Beats per bar, as learnt from frames, else the setting."),
  window_ttl_seconds: Type.Number({ description: "How long a closed bar is kept for this API." }),
  max_windows_retained: described(Count, "How many closed bars are kept at most."),
  nats_connected: Type.Boolean(),
  uptime_seconds: Type.Number({ minimum: 0 }),
  version: Type.String(),
  timestamp: timestampField("When this was said."),
  mode: Type.Enum(["starting", "core", "journal"], {
    description: "Where the order of messages comes from.",
  }),
  tempo_bpm: nullable(Type.Number({ description: "As announced by the newest frame." })),
  durability_reason: nullable(
    Type.String({ description: "Why no more may be promised; null before anything was probed." }),
  ),
  health: Type.Object({
    level: Type.Enum([...HEALTH_LEVELS], { description: "bad: not ready; warning: an alarm stands." }),
    text: Type.String({ description: "Why, for people." }),
  }),
  agents_reporting: nullable(described(Count, "Agents in the last bar that is over.")),
  events: Type.Object({
    clients: described(Count, "Who listens to /api/v1/events now."),
    clients_max: described(Count, "How many may."),
  }),
  lag_beats: Type.Number({ description: "Beats by which the newest frame is behind the timeline." }),
  expected_agents: nullable(described(Count, "Agents that the operator expects, if said.")),
  journal: nullable(JournalBody),
  totals: TotalsBody,
  alarms: Type.Array(AlarmBody),
});

/** Adds both paths. */
export function addReverbStatus(app: HttpApp, view: ReverbView): void {
  const ready = {
    summary: "Whether reverb hears beats and can report",
    response: { 200: Ready, 503: NotReady, ...FAILURES },
  };
  app.get("/ready", { schema: ready }, async (_request, reply) => {
    const { ready: isReady, reason = "no reason given" } = view.ready();
    if (isReady) return readyBody(view.status());
    reply.code(503);
    return { status: "not ready" as const, reason };
  });

  const status = {
    summary: "What reverb is doing: where the rhythm is, sums since start, alarms",
    querystring: NoQuery,
    response: { 200: Status, ...INPUT_FAILURES },
  };
  app.get("/api/v1/status", { schema: status, config: SHARED }, async () => statusBody(view));
}

function readyBody(status: ReverbStatus): Type.Static<typeof Ready> {
  return { status: "ready", ...nowBody(status), alarms: status.alarms.map(alarmBody) };
}

function nowBody(status: ReverbStatus) {
  return {
    active_windows: status.activeWindows,
    current_beat: status.currentBeat ?? null,
    current_window_id: status.currentWindowId ?? null,
    durability: status.durability,
  };
}

function statusBody(view: ReverbView): Type.Static<typeof Status> {
  const status = view.status();
  const { audience } = view.live;
  return {
    service: REVERB_SERVICE,
    cluster_id: status.clusterId,
    node_id: status.nodeId,
    boot_id: status.boot ?? null,
    ...nowBody(status),
    bar_length: status.barLength,
    window_ttl_seconds: status.windowTtlSeconds,
    max_windows_retained: status.maxWindowsRetained,
    nats_connected: status.natsConnected,
    uptime_seconds: status.uptimeSeconds,
    version: status.version,
    timestamp: timestamp(status.nowMs),
    mode: status.mode,
    tempo_bpm: status.tempoBpm ?? null,
    durability_reason: status.durabilityReason ?? null,
    health: healthOf(view.ready(), status.alarms),
    agents_reporting: status.agentsReporting ?? null,
    events: { clients: audience?.clients ?? 0, clients_max: audience?.clientsMax ?? 0 },
    lag_beats: status.lagBeats,
    expected_agents: status.expectedAgents ?? null,
    journal: status.journal === undefined ? null : journalBody(status.journal),
    totals: totalsBody(status.totals),
    alarms: status.alarms.map(alarmBody),
  };
}

function totalsBody(totals: Totals): Type.Static<typeof TotalsBody> {
  return {
    claims_received: totals.claimsReceived,
    frames_received: totals.framesReceived,
    claims: { ...totals.claims },
    frames: { ...totals.frames },
    bends: { ...totals.bends },
    dependencies_cut: totals.dependenciesCut,
    reports_published: totals.reportsPublished,
    reports_dropped: totals.reportsDropped,
    reports_withheld: totals.reportsWithheld,
    windows_forgotten: totals.windowsForgotten,
    gaps: totals.gaps,
    gap_ms: totals.gapMs,
  };
}

function alarmBody({ name, text, sinceMs }: Alarm): Type.Static<typeof AlarmBody> {
  return { name, text, since: timestamp(sinceMs) };
}
