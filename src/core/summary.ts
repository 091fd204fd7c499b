/** What the core tells of windows and agents: plain values, safe to hand out; live maps never leave the core. */
import type { BarReport, Severity } from "../contracts/bar-report.ts";
import type { ReplayStart } from "../contracts/report-headers.ts";
import type { AgentState } from "../contracts/status-claim.ts";
import type { ClaimRefusal } from "./outcome.ts";

/** Every category of an issue, in alphabetical order; severity and meaning stand in issues.ts. */
export type IssueCategory =
  | "agents_over_limit"
  | "blocked_agents"
  | "duplicate_claims"
  | "failed_tasks"
  | "intake_gap"
  | "invalid_messages"
  | "late_claims"
  | "missed_beats"
  | "partial_window"
  | "secret_rotation"
  | "silent_agents"
  | "stalled_agents"
  | "tempo_drift"
  | "timeline_restarted"
  | "wait_cycle";

/** The names behind an issue's count. */
export interface IssueDetail {
  readonly severity: Severity;
  readonly category: IssueCategory;
  readonly count: number;
  /** At most 100, in order of their ids. */
  readonly agents: readonly string[];
  /** For `wait_cycle`: the agents of each cycle. */
  readonly cycles?: readonly (readonly string[])[];
  /** A sentence for people. */
  readonly text: string;
}

/** Where the claims of one bar went; `received` is their sum (R6). */
export interface BarConservation {
  readonly received: number;
  readonly counted: number;
  readonly duplicate: number;
  readonly late: number;
  /** By reason; reasons that did not occur are left out. */
  readonly refused: Readonly<Partial<Record<ClaimRefusal, number>>>;
}

export interface WindowSummary {
  readonly windowId: string;
  readonly fromBeat: number;
  /** Of an open bar the end that is expected. */
  readonly toBeat: number;
  readonly open: boolean;
  readonly claimsCount: number;
  readonly agentsReporting: number;
  /** Time of its last entry, ms since the Unix epoch. */
  readonly lastUpdatedMs: number;
}

/** Where in the sequence of entries a bar lies. */
export interface BarPosition {
  /** The frame that opened it. */
  readonly firstSeq: number;
  /** The entry that closed it; of an open bar the newest entry. */
  readonly lastSeq: number;
  /** Where a fold begins that computes its report, and those of all bars after it (R7). */
  readonly replayFrom: ReplayStart;
}

export interface WindowDetail extends WindowSummary {
  readonly position: BarPosition;
  readonly stateCounts: Readonly<Record<AgentState, number>>;
  readonly completedTasks: number;
  readonly failedTasks: number;
  readonly conservation: BarConservation;
  readonly issueDetails: readonly IssueDetail[];
  /** The report; of an open bar as it would be now. */
  readonly report: BarReport;
}

/** What an agent is, beyond what it says. */
export const PRESENCES = ["progressing", "waiting", "alive", "silent"] as const;

export type Presence = (typeof PRESENCES)[number];

/** An agent's last claim and what follows from it. */
export interface AgentSummary {
  readonly agentId: string;
  readonly presence: Presence;
  readonly state: AgentState;
  readonly taskId?: string;
  readonly beatIndex: number;
  readonly progress?: number;
  readonly beatsLeft?: number;
  readonly nextBeat?: number;
  readonly notes?: string;
  readonly dependencies: readonly string[];
  /** Beats since the beat of the last claim. */
  readonly ageBeats: number;
  /** When the last claim arrived, ms since the Unix epoch. */
  readonly lastClaimMs: number;
  readonly windowId: string;
  /** Claims counted in that window. */
  readonly claimsCount: number;
}
