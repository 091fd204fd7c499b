/** GET /ready, /api/v1/status and /api/v1/drift of a pulse (BACKBEAT-REQ-002, PER-003). */
import Type from "typebox";
import { BeatIndex, ClusterId, Count, described, WindowId } from "../contracts/schema/fields.ts";
import { PULSE_ALARM_NAMES, type PulseStatus, type PulseTotals, type PulseView } from "../pulse/view.ts";
import {
  component,
  FAILURES,
  INPUT_FAILURES,
  NoQuery,
  nullable,
  timestamp,
  timestampField,
} from "./fields.ts";
import type { HttpApp } from "./http-app.ts";
import { NotReady } from "./probes.ts";

/** Name of the service in /health and the status. */
export const PULSE_SERVICE = "backbeat-pulse";

const NOW = {
  current_beat: nullable(
    described(BeatIndex, "The newest beat that came due; null before the first since start."),
  ),
  current_window_id: described(WindowId, "Its bar, else that of the next beat."),
  epoch: described(Count, "Fences one life of the timeline from the next."),
};

const AlarmBody = component("PulseAlarm", "Something that is wrong at this pulse.", {
  name: Type.Enum([...PULSE_ALARM_NAMES]),
  text: Type.String({ description: "A sentence for people: what was seen, and what to do." }),
});

const Ready = component("PulseReady", "The pulse publishes beats.", {
  status: Type.Literal("ready"),
  ...NOW,
  alarms: Type.Array(AlarmBody, { description: "What stands although the pulse is ready." }),
});

const Totals = component("PulseTotals", "What became of every beat that came due since start.", {
  published: described(Count, "Frames handed to the connection."),
  skipped: described(Count, "Beats that passed while nobody could publish them in time."),
  unsent: described(Count, "Beats that came due while the link was down."),
  unstored: described(Count, "Beats not published because their index could not be stored first."),
  answered: described(Count, "Requests for the newest frame that were answered; no beats."),
});

const Status = component("PulseStatus", "What a pulse is doing.", {
  service: Type.Literal(PULSE_SERVICE),
  cluster_id: described(ClusterId, "The tempo domain."),
  node_id: Type.String({ description: "This process." }),
  boot_id: nullable(
    Type.String({ description: "This run of it; null for a pulse that is the only one of its cluster." }),
  ),
  ...NOW,
  bar_from: described(BeatIndex, "The first beat of the current bar."),
  bar_length: described(Count, "Beats per bar."),
  tempo_bpm: Type.Number({ description: "Beats per minute." }),
  next_beat: described(BeatIndex, "The beat that comes due next."),
  next_beat_due_at: timestampField("When it is due."),
  expected_agents: nullable(described(Count, "Agents that the operator expects, if said.")),
  nats_connected: Type.Boolean(),
  uptime_seconds: Type.Number({ minimum: 0 }),
  version: Type.String(),
  timestamp: timestampField("When this was said."),
  totals: Totals,
  alarms: Type.Array(AlarmBody),
});

const lateness = (description: string) => Type.Number({ description, minimum: 0 });

const Drift = component("PulseDrift", "How late frames left, over the last beats; 0 before the first.", {
  beats: described(Count, "Beats that the figures speak of."),
  last_late_ms: lateness("Milliseconds after its due time, of the newest beat."),
  mean_late_ms: lateness("Their mean, in milliseconds."),
  max_late_ms: lateness("Their largest, in milliseconds."),
});

/** Adds the three paths. */
export function addPulseStatus(app: HttpApp, view: PulseView): void {
  const ready = {
    summary: "Whether the pulse publishes beats",
    response: { 200: Ready, 503: NotReady, ...FAILURES },
  };
  app.get("/ready", { schema: ready }, async (_request, reply) => {
    const { ready: isReady, reason = "no reason given" } = view.ready();
    if (isReady) return readyBody(view.status());
    reply.code(503);
    return { status: "not ready" as const, reason };
  });

  const status = {
    summary: "What the pulse is doing: its timeline, the next beat, sums since start",
    querystring: NoQuery,
    response: { 200: Status, ...INPUT_FAILURES },
  };
  app.get("/api/v1/status", { schema: status }, async () => statusBody(view.status()));

  const drift = {
    summary: "How late beats left, in milliseconds",
    querystring: NoQuery,
    response: { 200: Drift, ...INPUT_FAILURES },
  };
  app.get("/api/v1/drift", { schema: drift }, async () => {
    const { beats, lastLateMs, meanLateMs, maxLateMs } = view.drift();
    return { beats, last_late_ms: lastLateMs, mean_late_ms: meanLateMs, max_late_ms: maxLateMs };
  });
}

function readyBody(status: PulseStatus): Type.Static<typeof Ready> {
  return { status: "ready", ...nowBody(status), alarms: [...status.alarms] };
}

function nowBody(status: PulseStatus) {
  const { currentBeat = null, windowId, epoch } = status;
  return { current_beat: currentBeat, current_window_id: windowId, epoch };
}

function statusBody(status: PulseStatus): Type.Static<typeof Status> {
  return {
    service: PULSE_SERVICE,
    cluster_id: status.clusterId,
    node_id: status.nodeId,
    boot_id: status.boot ?? null,
    ...nowBody(status),
    bar_from: status.barFrom,
    bar_length: status.barLength,
    tempo_bpm: status.tempoBpm,
    next_beat: status.nextBeat,
    next_beat_due_at: timestamp(status.nextBeatDueMs),
    expected_agents: status.expectedAgents ?? null,
    nats_connected: status.natsConnected,
    uptime_seconds: status.uptimeSeconds,
    version: status.version,
    timestamp: timestamp(status.nowMs),
    totals: totalsBody(status.totals),
    alarms: [...status.alarms],
  };
}

function totalsBody({ published, skipped, unsent, unstored, answered }: PulseTotals) {
  return { published, skipped, unsent, unstored, answered };
}
