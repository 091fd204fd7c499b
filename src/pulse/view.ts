/** What a pulse shows of itself: read-only values for HTTP, metrics and tests. */

/**
 * What became of the beats since start, and of those between the last one stored and the start. Each is counted
 * exactly once: published + skipped + unsent + unstored = beats that came due.
 */
export interface PulseTotals {
  /** Frames handed to the connection. */
  readonly published: number;
  /** Beats that passed while nobody could publish them in time: outages, stalls, late wake-ups. */
  readonly skipped: number;
  /** Beats that came due while the link was down. */
  readonly unsent: number;
  /** Beats not published because their index could not be stored first. */
  readonly unstored: number;
  /** Requests for the newest frame that were answered; no beats. */
  readonly answered: number;
}

/** How late frames left, over the last beats (at most `LATENESS_KEPT`); all 0 before the first one. */
export interface PulseDrift {
  /** Beats that the figures speak of. */
  readonly beats: number;
  /** Milliseconds after their due time, never negative. */
  readonly lastLateMs: number;
  readonly meanLateMs: number;
  readonly maxLateMs: number;
}

export interface PulseReadiness {
  readonly ready: boolean;
  /** Why not; undefined when ready. */
  readonly reason?: string;
}

export interface PulseStatus {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly version: string;
  /** Fences one life of the timeline from the next. */
  readonly epoch: number;
  /** Newest beat that came due; undefined before the first one since start. */
  readonly currentBeat?: number;
  /** Window of `currentBeat`, else of the beat that comes next. */
  readonly windowId: string;
  /** First beat of that window. */
  readonly barFrom: number;
  readonly tempoBpm: number;
  /** Beats per bar. */
  readonly barLength: number;
  /** The beat that comes due next, and when: ms since the Unix epoch. */
  readonly nextBeat: number;
  readonly nextBeatDueMs: number;
  readonly natsConnected: boolean;
  readonly uptimeSeconds: number;
  /** When this was said, ms since the Unix epoch. */
  readonly nowMs: number;
  /** How many agents the operator expects, if said. */
  readonly expectedAgents?: number;
  readonly totals: PulseTotals;
}

export interface PulseView {
  status(): PulseStatus;
  /** Not ready while the link is down, the timeline cannot be stored, or beats do not leave. */
  ready(): PulseReadiness;
  drift(): PulseDrift;
}
