/** What reverb shows of itself: read-only values for HTTP, metrics and tests. */
import type { BarReport } from "../contracts/bar-report.ts";
import type { BendCounts } from "../contracts/decode.ts";
import type { ClaimOutcome, FrameOutcome } from "../core/outcome.ts";
import type { AgentSummary, IssueDetail, Presence, WindowDetail, WindowSummary } from "../core/summary.ts";

import type { Durability } from "../ports.ts";
import type { ScoreView } from "./live-view.ts";

export type { Durability } from "../ports.ts";

/** Every alarm there is; what each means stands in docs/operations.md. */
export const ALARM_NAMES = [
  "bar-length-differs",
  "chain-head-unsaved",
  "duplicate-node-id",
  "journal-broken",
  "journal-lagging",
  "journal-short",
  "journal-stalled",
  "link-lost",
  "no-beat",
  "other-reporter",
  "replica-divergence",
  "report-store-broken",
  "report-unsent",
  "standing-by",
  "store-refuses",
] as const;

/** Something that only this process sees: a log line, /ready, a metric, the status; never in a report. */
export interface Alarm {
  readonly name: (typeof ALARM_NAMES)[number];
  readonly text: string;
  /** Since when, ms since the Unix epoch. */
  readonly sinceMs: number;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not; undefined when ready. */
  readonly reason?: string;
}

/** Sums since start; each outcome is a counter, `held` is what is held now (R6). */
export interface Totals {
  readonly claimsReceived: number;
  readonly framesReceived: number;
  readonly claims: Readonly<Record<ClaimOutcome, number>>;
  readonly frames: Readonly<Record<FrameOutcome, number>>;
  readonly bends: Readonly<BendCounts>;
  /** Dependencies beyond the limit per claim, which were not kept. */
  readonly dependenciesCut: number;
  readonly reportsPublished: number;
  /** Reports that left memory unsent, because the link stayed down. */
  readonly reportsDropped: number;
  /** Reports kept back because another reverb reports the same bars. */
  readonly reportsWithheld: number;
  /** Closed bars whose details were let go, by age or number. */
  readonly windowsForgotten: number;
  /** Intake gaps: how many, and their length in ms. */
  readonly gaps: number;
  readonly gapMs: number;
}

/** What a replica does with the journal now. */
export const JOURNAL_ROLES = ["catching-up", "committing", "standing-by", "broken"] as const;

export type JournalRole = (typeof JOURNAL_ROLES)[number];

export interface JournalStatus {
  readonly role: JournalRole;
  /** Sequence of the last entry that was folded. */
  readonly readSeq: number;
  /** Entries behind it, as last heard. */
  readonly lagEntries: number;
  /** Where the fold of this process began, and from what. */
  readonly startedFrom: { readonly seq: number; readonly kind: "begin" | "report" | "checkpoint" };
  readonly chain: string;
  readonly profile: string;
  readonly reportsCommitted: number;
  /** Reports that another replica had stored first, with the same bytes. */
  readonly reportsConfirmed: number;
  readonly commitConflicts: number;
  /** Commits whose outcome was not told, and was looked up. */
  readonly commitsUnknown: number;
  readonly divergences: number;
  readonly ticksAppended: number;
  readonly checkpointsSaved: number;
  readonly checkpointsFailed: number;
  /** Entry that the newest checkpoint reaches to; undefined before the first. */
  readonly checkpointSeq?: number;
}

export interface ReverbStatus {
  readonly clusterId: string;
  readonly nodeId: string;
  /** This run of the process, where it has a name. */
  readonly boot?: string;
  readonly version: string;
  /** `starting`: it is not known yet whether the server has a journal. */
  readonly mode: "starting" | "core" | "journal";
  readonly durability: Durability;
  /** Why it is this class and no better one; completes "because …". Undefined before anything was probed. */
  readonly durabilityReason?: string;
  readonly activeWindows: number;
  /** Undefined before the first frame. */
  readonly currentBeat?: number;
  readonly currentWindowId?: string;
  readonly tempoBpm?: number;
  /** As learnt from frames, else the setting. */
  readonly barLength: number;
  readonly windowTtlSeconds: number;
  readonly maxWindowsRetained: number;
  readonly natsConnected: boolean;
  readonly uptimeSeconds: number;
  readonly nowMs: number;
  /** Beats by which the newest frame is behind the timeline. */
  readonly lagBeats: number;
  readonly expectedAgents?: number;
  /** Agents in the last bar that this process saw close; undefined before the first. */
  readonly agentsReporting?: number;
  /** In journal mode. */
  readonly journal?: JournalStatus;
  readonly totals: Totals;
  readonly alarms: readonly Alarm[];
}

/** A report that was emitted, newest last. */
export interface StoredReport {
  readonly report: BarReport;
  readonly headers: Readonly<Record<string, string>>;
  /** While the window is retained. */
  readonly issueDetails?: readonly IssueDetail[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** How many there are in all that match, regardless of the page. */
  readonly total: number;
}

/** A window in short; of a closed one also what was added up. */
export type ListedWindow = WindowSummary &
  Partial<Pick<WindowDetail, "completedTasks" | "failedTasks" | "issueDetails" | "stateCounts">>;

/** `before`: a window id; the page holds what is older. `limit`: undefined = all. */
export interface PageQuery {
  readonly limit?: number;
  readonly before?: string;
}

export interface AgentQuery {
  readonly state?: string;
  readonly presence?: Presence;
  readonly prefix?: string;
  readonly limit: number;
  /** Agent id after which the page begins. */
  readonly after?: string;
}

/** What reverb knows, beside the live score. */
export interface PlainView {
  status(): ReverbStatus;
  ready(): Readiness;
  /** What stands now, as in the status; cheap enough to be looked at each second. */
  alarms(): readonly Alarm[];
  /** Newest first. */
  windows(query: PageQuery): Page<ListedWindow>;
  /** Ids are compared without case. */
  window(windowId: string): WindowDetail | undefined;
  /** Newest first; in journal mode from the report stream. @throws BackbeatError `nats-unreachable`, `stream-missing` */
  reports(query: PageQuery): Promise<Page<StoredReport>>;
  /** @throws as `reports` */
  report(windowId: string): Promise<StoredReport | undefined>;
  /** In order of their ids. */
  agents(query: AgentQuery): Page<AgentSummary>;
  agent(agentId: string): AgentSummary | undefined;
}

/** All that reverb shows. */
export interface ReverbView extends PlainView, ScoreView {}
