/** What a running pulse shows of itself; changes nothing. */
import { windowIdOf } from "../contracts/window-id.ts";
import { barFromOf } from "../core/bar-grid.ts";
import { beatDurationMs } from "../core/tempo.ts";
import { tempoBpmAt } from "../core/timeline.ts";
import type { Bus, Clock } from "../ports.ts";
import { pulseAlarmsOf } from "./alarms.ts";
import type { BeatRecord } from "./beat-record.ts";
import type { BeatTimer } from "./beat-timer.ts";
import type { FrameOrigin } from "./build-frame.ts";
import type { Member } from "./member.ts";
import type { RunningTimeline } from "./running-timeline.ts";
import type { PulseAlarm, PulseStatus, PulseView } from "./view.ts";
import type { WriteAhead } from "./write-ahead.ts";

/** A pulse from which no frame left for so long is not ready. */
const SILENT_BEATS_MAX = 3;

interface ShownPorts {
  readonly bus: Bus;
  readonly clock: Clock;
}

/** The parts of a pulse that are looked at. */
export interface ShownParts {
  readonly timeline: RunningTimeline;
  readonly timer: BeatTimer;
  readonly record: BeatRecord;
  readonly writeAhead: WriteAhead;
  /** Only of a pulse among others. */
  readonly member: Member | undefined;
}

export function showPulse(origin: FrameOrigin, ports: ShownPorts, parts: ShownParts): PulseView {
  const startedMs = ports.clock.monotonicMs();
  return {
    status: () => statusOf(origin, ports, { ...parts, startedMs }),
    alarms: () => alarmsOf(ports, parts),
    ready: () => {
      const reason = whyUnready(ports, parts);
      return reason === undefined ? { ready: true } : { ready: false, reason };
    },
    drift: () => parts.record.drift(),
    company: () => parts.member?.show(parts.record.followedBeats),
  };
}

function statusOf(
  origin: FrameOrigin,
  { bus, clock }: ShownPorts,
  { startedMs, ...parts }: ShownParts & { readonly startedMs: number },
): PulseStatus {
  const { record, timeline, timer } = parts;
  const { stored } = timeline;
  const { currentBeat, totals } = record;
  const { nextBeat } = timer;
  const barFrom = barFromOf(stored, currentBeat ?? nextBeat);
  return {
    clusterId: stored.clusterId,
    nodeId: origin.nodeId,
    ...(origin.boot === undefined ? {} : { boot: origin.boot }),
    version: origin.version,
    epoch: stored.epoch,
    ...(currentBeat === undefined ? {} : { currentBeat }),
    windowId: windowIdOf(stored.clusterId, barFrom),
    barFrom,
    tempoBpm: tempoBpmAt(stored, currentBeat ?? nextBeat),
    barLength: stored.barLength,
    nextBeat,
    nextBeatDueMs: timeline.wallMsOf(nextBeat),
    natsConnected: bus.connected,
    uptimeSeconds: (clock.monotonicMs() - startedMs) / 1000,
    nowMs: clock.wallMs(),
    ...(origin.expectedAgents === undefined ? {} : { expectedAgents: origin.expectedAgents }),
    totals,
    alarms: alarmsOf({ bus, clock }, parts),
  };
}

function alarmsOf({ bus }: ShownPorts, { member }: ShownParts): readonly PulseAlarm[] {
  return pulseAlarmsOf({
    isConnected: bus.connected,
    journal: member?.journalTrouble,
    lease: member?.leaseTrouble,
    duplicate: member?.duplicateText,
  });
}

function whyUnready({ bus, clock }: ShownPorts, parts: ShownParts): string | undefined {
  if (!bus.connected) return "the link to NATS is down";
  if (parts.writeAhead.failure !== undefined)
    return `the timeline cannot be stored: ${parts.writeAhead.failure}`;
  const waiting = parts.member?.whyWaiting;
  if (waiting !== undefined) return waiting;
  const { journalTrouble } = parts.member ?? {};
  if (journalTrouble !== undefined) return journalTrouble.text;
  const silentMs = clock.monotonicMs() - parts.record.leftAtMs;
  if (silentMs <= SILENT_BEATS_MAX * beatDurationMs(parts.timeline.tempoTenthsAt(parts.timeline.beatNow)))
    return undefined;
  return `no beat has left for ${Math.round(silentMs / 1000)} s`;
}
