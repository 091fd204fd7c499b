/**
 * What reverb's HTTP gives this page, as it is on the wire. Only the members that the page reads.
 *
 * Written by hand: the bodies' own types live in src/http beside their handlers, and pull in a server's modules.
 */
import type { BarReport, Severity } from "../../../src/contracts/bar-report.ts";
import type { AgentState } from "../../../src/contracts/status-claim.ts";
import type { Presence } from "../../../src/core/summary.ts";

export type { AgentState, BarReport, Presence, Severity };

/** Worst first; an agent has exactly one. */
export const TROUBLES = ["failed", "stalled", "cycle", "blocked", "silent", "none"] as const;

export type Trouble = (typeof TROUBLES)[number];

export type StateCounts = Readonly<Record<AgentState, number>>;
export type PresenceCounts = Readonly<Record<Presence, number>>;
export type TroubleCounts = Readonly<Record<Trouble, number>>;

export interface BarCounts {
  readonly claims_count: number;
  readonly agents_reporting: number;
}

export interface BeatEvent {
  readonly beat_index: number;
  readonly window_id: string;
  readonly bar_from: number;
  readonly bar_length: number;
  readonly phase: "plan" | "execute" | "review";
  readonly tempo_bpm: number;
  readonly next_tempo_bpm: number | null;
  readonly beat_ms: number;
  /** Since reverb read the frame, when this was written. */
  readonly into_beat_ms: number;
  readonly deadline_at: string;
  readonly epoch: number;
  readonly leader: string | null;
  readonly publisher: string | null;
  readonly window: BarCounts;
}

/** A run of cells: lane `first + i` has the letter `letters[i]` in that beat. */
export type CellRun = readonly [beat: number, firstLane: number, letters: string];

export interface ClaimsEvent {
  /** Cells with a look that a score answer has reached are in that answer. */
  readonly look: number;
  /** Changes when a lane has got another agent, or a new one came. */
  readonly roster: number;
  readonly beat_index: number;
  readonly window_id: string;
  readonly span_ms: number;
  readonly received: number;
  readonly window: BarCounts;
  readonly agents: number;
  readonly states: StateCounts;
  readonly presence: PresenceCounts;
  readonly cells: readonly CellRun[];
  readonly left_out: number;
}

export interface LeaderEvent {
  readonly leader: string | null;
  readonly epoch: number;
  readonly publisher: string | null;
}

export interface TempoEvent {
  readonly tempo_bpm: number;
  readonly next_tempo_bpm: number | null;
  readonly next_from_beat: number | null;
}

export interface Hello {
  readonly cluster_id: string;
  readonly node_id: string;
  /** Of the process: another one has other numbers for lanes, looks and rosters. */
  readonly boot: string;
  readonly resumed: boolean;
  readonly now: {
    readonly beat: BeatEvent | null;
    readonly leader: LeaderEvent | null;
    readonly tempo: TempoEvent | null;
  };
}

export interface Conservation {
  readonly received: number;
  readonly counted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly refused: Readonly<Record<string, number>>;
}

export interface IssueDetail {
  readonly severity: Severity;
  readonly category: string;
  readonly count: number;
  readonly agents: readonly string[];
  readonly cycles: readonly (readonly string[])[];
  readonly text: string;
}

export type Headers = Readonly<Record<string, string>>;

export interface StoredReport {
  readonly report: BarReport;
  readonly headers: Headers;
}

export interface ReportEvent extends StoredReport {
  readonly first_sequence: number | null;
  readonly last_sequence: number | null;
  readonly claims_count: number;
  readonly state_counts: StateCounts;
  readonly completed_tasks: number;
  readonly failed_tasks: number;
  readonly conservation: Conservation;
  readonly issue_details: readonly IssueDetail[];
}

export interface ScoreBar {
  readonly window_id: string;
  readonly from_beat: number;
  readonly to_beat: number;
  readonly open: boolean;
}

export interface ScoreLane {
  readonly lane: number;
  readonly agent_id: string;
  readonly state: AgentState;
  readonly presence: Presence;
  readonly trouble: Trouble;
  readonly task_id: string | null;
  readonly progress: number | null;
  readonly beats_left: number | null;
  /** Of its last claim. */
  readonly beat_index: number;
  readonly age_beats: number;
  readonly claims_count: number;
  /** A letter for each beat of the answer. */
  readonly cells: string;
}

export interface ScoreCounts {
  readonly states: StateCounts;
  readonly presence: PresenceCounts;
  readonly trouble: TroubleCounts;
}

export interface ScoreAnswer {
  readonly look: number;
  readonly roster: number;
  readonly current_beat: number | null;
  readonly from_beat: number | null;
  readonly to_beat: number | null;
  readonly bars: readonly ScoreBar[];
  readonly lanes: readonly ScoreLane[];
  /** Lanes that match all filters. */
  readonly total_count: number;
  readonly agents_count: number;
  readonly counts: ScoreCounts;
  /** Where it was asked for: agents in each state, a number for each beat. */
  readonly sums?: Readonly<Record<"p" | "e" | "r" | "h" | "c" | "i" | "b" | "f", readonly number[]>>;
}

export interface Group {
  readonly group: string;
  readonly agents_count: number;
  readonly states: StateCounts;
  readonly presence: PresenceCounts;
  readonly trouble: TroubleCounts;
}

export interface GroupsAnswer {
  readonly groups: readonly Group[];
  readonly total_count: number;
  readonly ungrouped_agents: number;
}

export interface AgentStory {
  readonly agent_id: string;
  readonly presence: Presence;
  readonly state: AgentState;
  readonly trouble: Trouble;
  readonly task_id: string | null;
  readonly progress: number | null;
  readonly beats_left: number | null;
  readonly beat_index: number;
  readonly next_beat: number | null;
  readonly notes: string | null;
  readonly age_beats: number;
  readonly changed_beat: number;
  readonly last_claim_at: string;
  readonly claims_count: number;
  readonly tasks: readonly { readonly task_id: string | null; readonly state: string }[];
  readonly waits_for: readonly {
    readonly agent_id: string;
    readonly state: AgentState | null;
    readonly presence: Presence | null;
  }[];
  readonly waited_for_by: readonly string[];
  readonly waited_for_by_count: number;
  readonly cycle: readonly string[] | null;
  readonly cells: { readonly from_beat: number; readonly to_beat: number; readonly letters: string } | null;
}

export interface WaitsAnswer {
  readonly blocked_count: number;
  readonly searched: boolean;
  readonly cycles: readonly (readonly string[])[];
  readonly cycles_count: number;
  readonly edges: readonly (readonly [from: string, to: string])[];
}

export interface Alarm {
  readonly name: string;
  readonly text: string;
  readonly since: string;
}

export type HealthLevel = "good" | "warning" | "bad";

export interface Status {
  readonly cluster_id: string;
  readonly node_id: string;
  readonly version: string;
  readonly mode: "starting" | "core" | "journal";
  readonly durability: string;
  readonly durability_reason: string | null;
  readonly health: { readonly level: HealthLevel; readonly text: string };
  readonly expected_agents: number | null;
  readonly lag_beats: number;
  readonly uptime_seconds: number;
  readonly timestamp: string;
  readonly alarms: readonly Alarm[];
}

export interface WindowItem {
  readonly window_id: string;
  readonly from_beat: number;
  readonly to_beat: number;
  readonly open: boolean;
  readonly completed_tasks?: number | null;
  readonly failed_tasks?: number | null;
}

export interface WindowDetail {
  readonly window_aggregation: {
    readonly open: boolean;
    readonly claims_count: number;
    readonly state_counts: StateCounts;
    readonly completed_tasks: number;
    readonly failed_tasks: number;
    readonly conservation: Conservation;
    readonly issue_details: readonly IssueDetail[];
  };
  readonly current_bar_report: BarReport;
}
