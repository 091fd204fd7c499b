/**
 * The timeline that a pulse starts with: the stored one where there is one, else a new one.
 *
 * The stored timeline wins over the settings, for a rhythm that all follow is not changed by a restart; a
 * difference is said once.
 */
import { beginTimeline, type NewTimeline, resumeTimeline, type TimelineStart } from "../core/resume.ts";
import { tempoTenthsOf } from "../core/tempo.ts";
import { type StoredTimeline, wallScheduleOf } from "../core/timeline.ts";
import { BackbeatError } from "../errors.ts";
import type { Clock, Lease, Log, TimelineStore } from "../ports.ts";
import { prepareLeadMs } from "./beat-timer.ts";

/** What the operator asks for. */
export interface WantedTimeline extends NewTimeline {
  /** How to run at the settings instead of the stored timeline, as the end of a sentence; said where they differ. */
  readonly changeAdvice?: string | undefined;
}

export interface OpenPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly timelineStore: TimelineStore;
  /** Where others of the cluster may know the timeline. */
  readonly lease?: Lease | undefined;
}

/** What a pulse starts with, and what became of the timeline that it had. */
export interface OpenedTimeline extends TimelineStart {
  /** The stored timeline is lost: unless others know it, the pulse cannot go on, and this is why. */
  readonly lost?: BackbeatError;
}

/**
 * Loads or begins the timeline, with time left to prepare its first beat.
 * @throws BackbeatError `bad-config` for a tempo or bar length that is none, `bad-timeline` for a stored timeline
 * that cannot be read or is another cluster's
 */
export function openTimeline(wanted: WantedTimeline, ports: OpenPorts): OpenedTimeline {
  const wantedTenths = checkWanted(wanted);
  const stored = ports.timelineStore.load();
  if (stored === undefined) return begin(wanted, prepareLeadMs(wantedTenths), ports);
  if ("lost" in stored) return search(stored.lost, { wanted, leadMs: prepareLeadMs(wantedTenths), ports });
  if (stored.clusterId !== wanted.clusterId) throw anotherCluster(stored, wanted);
  const { tempoTenths } = wallScheduleOf(stored);
  if (tempoTenths !== wantedTenths || stored.barLength !== wanted.barLength)
    sayDifference(stored, wanted, ports.log);
  return resume(stored, prepareLeadMs(tempoTenths), ports);
}

function begin(wanted: WantedTimeline, leadMs: number, { clock, log }: OpenPorts): TimelineStart {
  const start = beginTimeline(wanted, clock.wallMs() + leadMs);
  log.info(`A new timeline begins at beat 1: ${rhythmOf(wanted)}`, { epoch: start.timeline.epoch });
  return start;
}

/** A timeline of its own stands in for the lost one until others tell it; nobody hears it before that. */
function search(
  lost: BackbeatError,
  {
    leadMs,
    ports,
    wanted,
  }: { readonly wanted: WantedTimeline; readonly leadMs: number; readonly ports: OpenPorts },
): OpenedTimeline {
  if (ports.lease === undefined) throw lost;
  ports.log.warn(
    "The stored timeline is empty: a full disk or a crash of the machine took it. The lease, the other pulses and the journal are asked; until one of them tells the timeline, no beat is published",
    lost.data,
  );
  return { ...beginTimeline(wanted, ports.clock.wallMs() + leadMs), lost };
}

function resume(stored: StoredTimeline, leadMs: number, { clock, log }: OpenPorts): TimelineStart {
  const start = resumeTimeline(stored, clock.wallMs() + leadMs);
  const { nextBeat, skippedBeats } = start;
  const data = { epoch: start.timeline.epoch, nextBeat, skippedBeats };
  if (start.kind === "continued")
    log.info(`The timeline goes on at beat ${nextBeat}: ${rhythmOf(stored)}, ${skippedBeats} skipped`, data);
  else
    log.warn(
      `A new epoch begins at beat ${nextBeat}: by the wall clock it is not within a day after beat ${stored.lastBeat}, ` +
        "which was the last",
      data,
    );
  return start;
}

function checkWanted(wanted: WantedTimeline): number {
  const tenths = tempoTenthsOf(wanted.tempoBpm);
  if (tenths === undefined)
    throw new BackbeatError(
      "bad-config",
      `Cannot start the pulse: the tempo is ${wanted.tempoBpm} BPM, expected 0.1 to 1000 in steps of 0.1`,
    );
  if (!Number.isSafeInteger(wanted.barLength) || wanted.barLength < 1)
    throw new BackbeatError(
      "bad-config",
      `Cannot start the pulse: the bar length is ${wanted.barLength} beats, expected a whole number from 1`,
    );
  return tenths;
}

function sayDifference(stored: StoredTimeline, wanted: WantedTimeline, log: Log): void {
  const advice = wanted.changeAdvice === undefined ? "" : `; ${wanted.changeAdvice}`;
  log.warn(
    `The stored timeline wins: it runs at ${rhythmOf(stored)}; the settings say ${rhythmOf(wanted)}${advice}`,
  );
}

function rhythmOf(timeline: { readonly tempoBpm: number; readonly barLength: number }): string {
  return `${timeline.tempoBpm} BPM, ${timeline.barLength} beats to the bar`;
}

function anotherCluster(stored: StoredTimeline, wanted: WantedTimeline): BackbeatError {
  return new BackbeatError(
    "bad-timeline",
    `Cannot start the pulse: the stored timeline is of cluster ${stored.clusterId}, expected ${wanted.clusterId}; ` +
      "each cluster needs a data directory of its own",
    { data: { stored: stored.clusterId, expected: wanted.clusterId } },
  );
}
