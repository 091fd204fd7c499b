/** What only this process sees: never in a report, always in /ready, the status, a metric and the log. */
import type { Intake } from "./intake.ts";
import type { ReverbParts } from "./parts.ts";
import type { Alarm, Readiness } from "./view.ts";

/** Beats without a frame after which the pulse is missed. */
const NO_BEAT_AFTER_BEATS = 3;

export interface WatchedParts extends ReverbParts {
  readonly intake: Intake;
}

/** Beats by which the newest frame is behind the timeline; 0 before the first frame. */
export function lagBeatsOf({ aggregator, intake, ports }: WatchedParts): number {
  const { newest } = aggregator;
  if (newest === undefined || intake.newestFrameAtMs === undefined) return 0;
  return Math.floor((ports.clock.monotonicMs() - intake.newestFrameAtMs) / newest.beatDurationMs);
}

/** Ready: connected, a beat was heard, and not too long ago. */
export function readinessOf(parts: WatchedParts): Readiness {
  const { aggregator, ports, settings } = parts;
  if (!ports.bus.connected) return notReady("NATS is not connected");
  if (aggregator.newest === undefined) return notReady(`no beat heard yet on ${settings.subjects.beat}`);
  const lagBeats = lagBeatsOf(parts);
  if (lagBeats >= NO_BEAT_AFTER_BEATS)
    return notReady(`no beat for ${lagBeats} beat lengths on ${settings.subjects.beat}`);
  return { ready: true };
}

/** Everything that is wrong now. */
export function alarmsOf(parts: WatchedParts): Alarm[] {
  const { aggregator, intake, outgoing, ports, settings } = parts;
  const alarms: Alarm[] = [];
  const raise = (name: Alarm["name"], text: string, sinceMonotonicMs: number) => {
    const sinceMs = ports.clock.wallMs() - (ports.clock.monotonicMs() - sinceMonotonicMs);
    alarms.push({ name, text, sinceMs });
  };
  if (intake.linkLostAtMs !== undefined)
    raise("link-lost", "NATS is not connected: claims may be missed", intake.linkLostAtMs);
  if (lagBeatsOf(parts) >= NO_BEAT_AFTER_BEATS)
    raise("no-beat", `no beat on ${settings.subjects.beat}: no bar can close`, intake.newestFrameAtMs ?? 0);
  if (outgoing.waitingSinceMs !== undefined && !ports.bus.connected)
    raise("report-unsent", `${outgoing.waiting} reports wait for the link`, outgoing.waitingSinceMs);
  if (intake.barLengthDiffersSinceMs !== undefined)
    raise(
      "bar-length-differs",
      `bars have ${aggregator.barLength} beats, --bar-length says ${settings.barLength}: what is heard wins`,
      intake.barLengthDiffersSinceMs,
    );
  return alarms;
}

function notReady(reason: string): Readiness {
  return { ready: false, reason };
}
