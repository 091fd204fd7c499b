/** What a pulse shows of itself: read-only values for HTTP, metrics and tests. */

/** Every alarm there is; what each means stands in docs/operations.md. */
export const PULSE_ALARM_NAMES = [
  "duplicate-node-id",
  "journal-stalled",
  "lease-stalled",
  "link-lost",
  "store-refuses",
] as const;

export interface PulseAlarm {
  readonly name: (typeof PULSE_ALARM_NAMES)[number];
  /** A sentence for people: what was seen, and what to do. */
  readonly text: string;
}

/**
 * What became of the beats since start, and of those between the last one stored and the start. Each is counted
 * exactly once: published + skipped + unsent + unstored, and those that another pulse published, = beats that came due.
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
  /** This run of the process; undefined for a pulse that is the only one of its cluster. */
  readonly boot?: string;
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
  readonly alarms: readonly PulseAlarm[];
}

/**
 * Who may change the timeline: this pulse by the lease, another one, this one for want of a lease store (`alone`);
 * `unknown` while the lease store does not answer.
 */
export type Authority = "lease" | "others" | "alone" | "unknown";

/** A pulse among others. */
export interface PulseCompany {
  readonly authority: Authority;
  /** Why it is unknown who may change the timeline; undefined where it is known. */
  readonly authorityReason?: string;
  /** Node id of who may change the timeline, as far as is known. */
  readonly leader?: string;
  /** Node id of who published the newest frame. */
  readonly acting?: string;
  /** Our place in the row: 0 publishes on time. */
  readonly rank: number;
  /** Node ids of the other pulses that were heard within three beats. */
  readonly others: readonly string[];
  /** A tempo change that is announced. */
  readonly next?: { readonly fromBeat: number; readonly tempoBpm: number };
  /** Slowest and fastest tempo at run time, BPM. */
  readonly limits: { readonly minBpm: number; readonly maxBpm: number };
  readonly totals: {
    /** Beats that another pulse published; they came due as those of {@link PulseTotals}. */
    readonly followed: number;
    /** Beats published in the place of another pulse that did not. */
    readonly takeOvers: number;
    /** How often this pulse became the leader. */
    readonly terms: number;
    /** Frames published again because no journal acknowledged them. */
    readonly repeated: number;
    /** Answers of the journal that it does not store a frame; one that is repeated may be refused again. */
    readonly refused: number;
    /** Frames of a lower epoch that were heard, and changed nothing. */
    readonly stale: number;
  };
}

/** What became of a wish for another tempo (BACKBEAT-REQ-004); `text` is a sentence for people. */
export type TempoAnswer =
  | {
      readonly kind: "accepted";
      readonly tempoBpm: number;
      /** The downbeat that it applies from; undefined where the tempo stays as it is. */
      readonly fromBeat: number | undefined;
      readonly overridden: boolean;
    }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "not-leader"; readonly leader: string | undefined; readonly text: string }
  /** The lease store did not answer: it may change, or not. */
  | { readonly kind: "unknown"; readonly text: string };

/** What may be changed at a pulse among others. */
export interface PulseControl {
  changeTempo(tempoBpm: number, options: { readonly override: boolean }): Promise<TempoAnswer>;
  /** Lets another pulse lead. False: this one does not, or it is not known whether it was given up. */
  stepDown(): Promise<boolean>;
}

export interface PulseView {
  status(): PulseStatus;
  /** Undefined for a pulse that runs without a lease, by itself. */
  company(): PulseCompany | undefined;
  /** Not ready while the link is down, the timeline cannot be stored, beats do not leave, or the journal does not store them. */
  ready(): PulseReadiness;
  /** What stands now, as in the status. */
  alarms(): readonly PulseAlarm[];
  drift(): PulseDrift;
}
