/** What only this process sees: never in a report, always in /ready, the status, a metric and the log. */
import { causesOf } from "./causes.ts";
import type { RaisedAlarm, ReverbMode } from "./mode.ts";
import type { ReverbPorts } from "./parts.ts";
import type { ReverbSettings } from "./settings.ts";
import type { Alarm, Readiness } from "./view.ts";

/** Beats without a frame after which the pulse is missed. */
const NO_BEAT_AFTER_BEATS = 3;

/** Beats behind the pulse from which on our own reading is called late. */
const LAGGING_BEATS = 3;

/** What is looked at. */
export interface Watched {
  readonly settings: ReverbSettings;
  readonly ports: ReverbPorts;
  readonly mode: ReverbMode;
}

/** Beats by which the newest frame is behind the timeline; 0 before the first frame. */
export function lagBeatsOf({ mode, ports }: Watched): number {
  const { newest } = mode.aggregator;
  if (newest === undefined || mode.newestFrameAtMs === undefined) return 0;
  const readBehind = Math.floor((ports.clock.monotonicMs() - mode.newestFrameAtMs) / newest.beatDurationMs);
  if ((mode.journal?.lagEntries ?? 0) === 0) return readBehind;
  // Frames that are read late were published in time: how late, only the server's wall clock can say.
  return Math.max(readBehind, Math.floor((ports.clock.wallMs() - newest.timeMs) / newest.beatDurationMs));
}

/** What is read late, in words; undefined while it is the pulse that is silent, or nothing is late. */
function laggingText(watched: Watched): string | undefined {
  const lagEntries = watched.mode.journal?.lagEntries ?? 0;
  const lagBeats = lagBeatsOf(watched);
  if (lagEntries === 0 || lagBeats < LAGGING_BEATS) return undefined;
  return `the journal is read late: ${lagBeats} beats and ${lagEntries} entries behind`;
}

/** Ready: connected, nothing in the mode's way, a beat was heard, and not too long ago. */
export function readinessOf(watched: Watched): Readiness {
  const { mode, ports, settings } = watched;
  if (!ports.bus.connected) return notReady("NATS is not connected");
  const readiness = mode.readiness();
  if (!readiness.ready) return readiness;
  if (mode.aggregator.newest === undefined) return notReady(`no beat heard yet on ${settings.subjects.beat}`);
  const lagging = laggingText(watched);
  if (lagging !== undefined) return notReady(lagging);
  const lagBeats = lagBeatsOf(watched);
  if (lagBeats >= NO_BEAT_AFTER_BEATS)
    return notReady(`no beat for ${lagBeats} beat lengths on ${settings.subjects.beat}`);
  return { ready: true };
}

/** Everything that is wrong now. */
export function alarmsOf(watched: Watched): Alarm[] {
  const { mode, ports, settings } = watched;
  const raised: RaisedAlarm[] = [...mode.alarms()];
  const lagging = laggingText(watched);
  const sinceMonotonicMs = mode.newestFrameAtMs ?? 0;
  if (lagging !== undefined) raised.push({ name: "journal-lagging", text: lagging, sinceMonotonicMs });
  if (lagBeatsOf(watched) >= NO_BEAT_AFTER_BEATS && mode.mayBlamePulse !== false)
    raised.push({
      name: "no-beat",
      text: `no beat on ${settings.subjects.beat}, so no bar can close: is a pulse running for cluster ${settings.clusterId}?`,
      sinceMonotonicMs,
    });
  return causesOf(raised).map(({ name, sinceMonotonicMs: since, text }) => {
    const sinceMs = ports.clock.wallMs() - (ports.clock.monotonicMs() - since);
    return { name, text, sinceMs };
  });
}

export function notReady(reason: string): Readiness {
  return { ready: false, reason };
}
