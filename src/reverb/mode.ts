/** How reverb gets its ordered sequence: over plain NATS (core), from the journal, or not yet decided. */
import type { Decoder } from "../contracts/decode.ts";
import type { Aggregator } from "../core/aggregator.ts";
import type { Durability } from "../ports.ts";
import type { ReportHistory } from "./history.ts";
import type { Alarm, JournalStatus, Readiness, ReverbStatus } from "./view.ts";

/** What a mode counted since start. */
export interface ModeCounts {
  readonly reportsPublished: number;
  readonly reportsDropped: number;
  readonly reportsWithheld: number;
  readonly gaps: number;
  readonly gapMs: number;
}

/** An alarm with the time of its begin on the monotonic clock. */
export interface RaisedAlarm {
  readonly name: Alarm["name"];
  readonly text: string;
  readonly sinceMonotonicMs: number;
  /** What follows from it, and is no alarm of its own; default: see causes.ts. */
  readonly explains?: readonly Alarm["name"][];
}

/** What the view reads, and how it ends. Values may change from one turn to the next. */
export interface ReverbMode {
  readonly name: ReverbStatus["mode"];
  readonly durability: Durability;
  /** Completes "because …"; undefined where nothing was probed. */
  readonly durabilityReason?: string;
  /** Place of the last entry that was taken; 0 before the first. */
  readonly seq: number;
  readonly aggregator: Aggregator;
  readonly decoder: Decoder;
  /** When the newest frame of the line was read, on the monotonic clock; undefined before the first. */
  readonly newestFrameAtMs: number | undefined;
  readonly counts: ModeCounts;
  /** In journal mode, once it reads. */
  readonly journal?: JournalStatus | undefined;
  /** Stored reports; without it those that are retained are all there are. */
  readonly history?: ReportHistory;
  /** False: no beat is read, and it is not known yet whether the journal takes any. Left out: beats come without one. */
  readonly mayBlamePulse?: boolean;
  /** What keeps this mode from reporting, beside a missing beat. */
  readiness(): Readiness;
  /** What is wrong in this mode, beside a missing beat. */
  alarms(): readonly RaisedAlarm[];
  /** Stops intake, delivers what is due. Never rejects. */
  stop(): Promise<void>;
}

export const NOTHING_COUNTED: ModeCounts = {
  reportsPublished: 0,
  reportsDropped: 0,
  reportsWithheld: 0,
  gaps: 0,
  gapMs: 0,
};
