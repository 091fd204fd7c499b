/** The frame of one beat, as it goes on the wire (BACKBEAT-REQ-002, 005). */
import { BEAT_FRAME_TYPE, type BeatFrame } from "../contracts/beat-frame.ts";
import { windowIdOf } from "../contracts/window-id.ts";
import { barFromOf, phaseOf } from "../core/bar-grid.ts";
import { bpmOf, nearestTenths } from "../core/tempo.ts";
import { type StoredTimeline, tempoBpmAt } from "../core/timeline.ts";

/** Who publishes, and what peers may want to know of it. */
export interface FrameOrigin {
  readonly nodeId: string;
  /** This run of the process; left out by a pulse that is the only one of its cluster. */
  readonly boot?: string | undefined;
  readonly version: string;
  /** How many agents the operator expects; left out where nobody said. */
  readonly expectedAgents?: number | undefined;
}

/** What differs from beat to beat. */
export interface FrameMoment {
  readonly beat: number;
  /** In its wire form. */
  readonly hlc: string;
  /** End of the beat, ms since the Unix epoch. */
  readonly deadlineMs: number;
  /** Node id of who holds the lease; left out where nobody is known to. */
  readonly leader: string | undefined;
}

/** A frame of the timeline; whole tempos are integers, for peers that read no others. */
export function buildFrame(timeline: StoredTimeline, origin: FrameOrigin, moment: FrameMoment): BeatFrame {
  const { beat, hlc, deadlineMs, leader } = moment;
  const { next } = timeline;
  const barFrom = barFromOf(timeline, beat);
  return {
    type: BEAT_FRAME_TYPE,
    cluster_id: timeline.clusterId,
    beat_index: beat,
    downbeat: beat === barFrom,
    phase: phaseOf(timeline, beat),
    hlc,
    deadline_at: new Date(Math.round(deadlineMs)).toISOString(),
    tempo_bpm: bpmOf(nearestTenths(tempoBpmAt(timeline, beat))),
    window_id: windowIdOf(timeline.clusterId, barFrom),
    metadata: {
      pulse_version: origin.version,
      epoch: timeline.epoch,
      ...(leader === undefined ? {} : { leader }),
      node: origin.nodeId,
      ...(origin.boot === undefined ? {} : { boot: origin.boot }),
      bar_from: barFrom,
      bar_length: timeline.barLength,
      ...(next === undefined || beat >= next.fromBeat ? {} : { next_tempo_bpm: next.tempoBpm }),
      ...(origin.expectedAgents === undefined ? {} : { expected_agents: origin.expectedAgents }),
    },
  };
}
