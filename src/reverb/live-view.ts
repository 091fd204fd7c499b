/** What people who look at the live score are shown: read-only values, events and pages. */
import type { Phase } from "../contracts/beat-frame.ts";
import type { AgentState } from "../contracts/status-claim.ts";
import type { ClaimOutcome } from "../core/outcome.ts";
import type { BeatSpan, CellRun } from "../core/score-cells.ts";
import type { AgentSummary, Presence, WindowDetail, WindowSummary } from "../core/summary.ts";
import type { Trouble } from "../core/trouble.ts";
import type { EventId } from "./event-id.ts";

/** How far the open bar is. */
export interface BarSoFar {
  readonly claimsCount: number;
  readonly agentsReporting: number;
}

/** A frame that moved time on. */
export interface LiveBeat {
  readonly beatIndex: number;
  readonly windowId: string;
  readonly barFrom: number;
  readonly barLength: number;
  readonly phase: Phase;
  readonly downbeat: boolean;
  readonly tempoBpm: number;
  /** Undefined: no change is announced. */
  readonly nextTempoBpm: number | undefined;
  readonly beatMs: number;
  /** Since this process read the frame, on its monotonic clock. */
  readonly intoBeatMs: number;
  readonly deadlineAt: string;
  readonly epoch: number;
  readonly leader: string | undefined;
  /** Node that published the frame. */
  readonly publisher: string | undefined;
  readonly window: BarSoFar;
}

/** Who leads, and who is heard. */
export interface Leadership {
  readonly leader: string | undefined;
  readonly epoch: number;
  readonly publisher: string | undefined;
}

export interface LiveLeader extends Leadership {
  readonly beatIndex: number;
  readonly before: Leadership | undefined;
}

export interface Tempo {
  readonly tempoBpm: number;
  readonly nextTempoBpm: number | undefined;
}

export interface LiveTempo extends Tempo {
  readonly beatIndex: number;
  /** The downbeat at which the announced tempo applies; undefined where none is announced. */
  readonly nextFromBeat: number | undefined;
  readonly before: Tempo | undefined;
}

/** Agents by what they say and by what they are. */
export interface AgentCounts {
  readonly states: Readonly<Record<AgentState, number>>;
  readonly presence: Readonly<Record<Presence, number>>;
}

/** What became of the claims since the event before, and what agents say now. */
export interface LiveClaims extends AgentCounts {
  readonly look: number;
  readonly roster: number;
  readonly beatIndex: number | undefined;
  readonly windowId: string | undefined;
  readonly spanMs: number;
  readonly received: number;
  /** Outcomes that did not occur are left out. */
  readonly outcomes: Readonly<Partial<Record<ClaimOutcome, number>>>;
  readonly window: BarSoFar;
  readonly agentsCount: number;
  readonly cells: readonly CellRun[];
  readonly leftOut: number;
}

/** A bar whose report was stored, or published where nothing is stored. */
export interface LiveReport {
  readonly detail: WindowDetail;
  readonly headers: Readonly<Record<string, string>>;
}

interface Events {
  readonly beat: LiveBeat;
  readonly claims: LiveClaims;
  readonly report: LiveReport;
  readonly leader: LiveLeader;
  readonly tempo: LiveTempo;
}

export type LiveEventName = keyof Events;

export type LiveEvent = {
  [Name in LiveEventName]: { readonly name: Name; readonly id: EventId; readonly value: Events[Name] };
}[LiveEventName];

export interface LiveNow {
  readonly beat: LiveBeat | undefined;
  readonly leader: LiveLeader | undefined;
  readonly tempo: LiveTempo | undefined;
}

/** Who listens over HTTP; sums since start but for `clients`. */
export interface AudienceCounts {
  readonly clients: number;
  readonly clientsMax: number;
  /** Connections that were refused because too many were open. */
  readonly refused: number;
  /** Connections that were cut, by what their client did not do. */
  readonly dropped: Readonly<Record<"unread" | "stuck", number>>;
  /** Events handed to connections. */
  readonly sent: number;
}

export interface LiveListener {
  event(event: LiveEvent): void;
  readonly counts: AudienceCounts;
}

export interface LiveView {
  /** Stands for this process in event ids of core mode. */
  readonly boot: string;
  readonly now: LiveNow;
  /** Undefined while nothing listens. */
  readonly audience: AudienceCounts | undefined;
  /** Hands every event from now on to the one who listens. */
  listen(listener: LiveListener): void;
  /** Claims are looked at only while somebody watches. */
  watch(isWatched: boolean): void;
}

export const SCORE_SORTS = ["trouble", "name"] as const;

export type ScoreSort = (typeof SCORE_SORTS)[number];

/** Which agents are meant, by their ids. */
export interface CrowdQuery {
  readonly prefix?: string;
  /** Ids that contain it, without case. */
  readonly search?: string;
  /** As `groupOf` has it. */
  readonly group?: string;
}

export interface ScoreQuery extends CrowdQuery {
  readonly state?: AgentState;
  readonly presence?: Presence;
  /** `any`: all that have trouble. */
  readonly trouble?: Trouble | "any";
  readonly sort: ScoreSort;
  readonly offset: number;
  readonly limit: number;
  /** How many bars back cells go, with the current one. */
  readonly bars: number;
  /** Whether all whose ids are meant are summed up, too. */
  readonly hasSums: boolean;
}

/** As in an agent's summary; what it did not say is undefined. */
export interface ScoreLane {
  readonly lane: number;
  readonly agentId: string;
  readonly state: AgentState;
  readonly presence: Presence;
  readonly trouble: Trouble;
  readonly taskId: string | undefined;
  readonly progress: number | undefined;
  readonly beatsLeft: number | undefined;
  readonly beatIndex: number;
  readonly ageBeats: number;
  readonly claimsCount: number;
  readonly cells: string;
}

/** Agents by all that is told of them. */
export interface CrowdCounts extends AgentCounts {
  readonly trouble: Readonly<Record<Trouble, number>>;
}

export interface ScorePage {
  /** When this was said, ms since the Unix epoch. */
  readonly nowMs: number;
  readonly look: number;
  readonly roster: number;
  /** What cells cover; undefined before the first frame. */
  readonly range: BeatSpan | undefined;
  /** In the range and still known, oldest first. */
  readonly bars: readonly WindowSummary[];
  readonly lanes: readonly ScoreLane[];
  readonly total: number;
  readonly agentsCount: number;
  /** Over all whose ids are meant. */
  readonly counts: CrowdCounts;
  /** By letter, beat by beat, over the same; where it was asked for, and there was a frame. */
  readonly sums: Readonly<Record<string, readonly number[]>> | undefined;
}

export interface GroupQuery extends Pick<CrowdQuery, "search"> {
  readonly sort: ScoreSort;
  readonly offset: number;
  readonly limit: number;
}

export interface AgentGroup extends CrowdCounts {
  readonly group: string;
  readonly agentsCount: number;
}

export interface GroupPage {
  /** When this was said, ms since the Unix epoch. */
  readonly nowMs: number;
  readonly groups: readonly AgentGroup[];
  readonly total: number;
  /** Agents of groups beyond the limit. */
  readonly ungroupedAgents: number;
}

/** What another agent is, as far as it is known. */
export interface OtherAgent {
  readonly agentId: string;
  readonly state: AgentState | undefined;
  readonly presence: Presence | undefined;
}

export interface AgentStory extends AgentSummary {
  readonly lane: number;
  readonly trouble: Trouble;
  readonly changedBeat: number;
  /** "" for claims without a task. */
  readonly tasks: readonly { readonly taskId: string; readonly state: AgentState }[];
  readonly waitsFor: readonly OtherAgent[];
  /** The first of them by name. */
  readonly waitedForBy: readonly string[];
  readonly waitedForByCount: number;
  readonly cycle: readonly string[] | undefined;
  /** Undefined before the first frame. */
  readonly cells: (BeatSpan & { readonly letters: string }) | undefined;
}

export interface WaitEdge {
  readonly from: string;
  readonly to: string;
}

/** Who waits for whom among those whose last state is blocked. */
export interface WaitsPage {
  /** When this was said, ms since the Unix epoch. */
  readonly nowMs: number;
  readonly blockedCount: number;
  /** False: too many wait to look for cycles. */
  readonly areSearched: boolean;
  readonly cycles: readonly (readonly string[])[];
  readonly cyclesCount: number;
  readonly edges: readonly WaitEdge[];
  readonly edgesCount: number;
  /** Everybody whom the edges name. */
  readonly agents: readonly (OtherAgent & { readonly isInCycle: boolean })[];
}

/** What the live score shows. */
export interface ScoreView {
  readonly live: LiveView;
  score(query: ScoreQuery): ScorePage;
  groups(query: GroupQuery): GroupPage;
  story(agentId: string): AgentStory | undefined;
  waits(edgesMax: number): WaitsPage;
}
