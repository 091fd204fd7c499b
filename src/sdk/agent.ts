/**
 * An agent: hears the beats of its cluster and claims what it does (BACKBEAT-REQ-003, 040 … 044; P1, S1 … S3).
 *
 *   frames ──► flywheel (the timeline on our own clock) ──► schedule ──► listeners, budgets, tasks
 *   claim(state, details) ──► beat, agent and clock filled in ──► checked ──► signed ──► outbox ──► acknowledged
 *
 * It asks for the newest frame when the link comes up and then waits for the next. Where frames are lost, or no pulse
 * is there at all, it counts on by itself and says so. What it is here; what it does is in running-agent.ts.
 */
import type { BarReport } from "../contracts/bar-report.ts";
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import type { StreamRefusal } from "../contracts/stream-refusal.ts";
import type { Bus, Clock, Log } from "../ports.ts";
import type { Beat, BeatNow } from "./beat.ts";
import type { BudgetedWork } from "./beat-work.ts";
import type { ClaimDetails } from "./claims.ts";
import type { CallCounts, Listener } from "./listeners.ts";
import type { OutboxCounts } from "./outbox/outbox.ts";
import type { ReportReader } from "./report-follower.ts";
import type { TaskOptions, TaskWork } from "./task.ts";

export interface AgentPorts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** The report stream, to fill holes of `onReport`; default: what is missed stays missed. */
  readonly reports?: ReportReader;
  /** Called when the agent has stopped: what was opened for it alone. */
  readonly end?: () => Promise<void>;
}

/** How an agent is, for a probe or a status page. */
export interface AgentHealth {
  /**
   * `waiting`: no beat was heard yet. `in-time`: frames come. `degraded`: none came for three beats, and beats are
   * counted on by the last known timeline. `stopped`: for good.
   */
  readonly state: "waiting" | "in-time" | "degraded" | "stopped";
  /** The link to NATS is up. */
  readonly connected: boolean;
  /** Beats that came due since the newest frame. */
  readonly unheardBeats: number;
  /** Frames on the beat subject that were no frames, or of another cluster. */
  readonly framesRefused: number;
  /** `journal`: a resolved claim is stored. `none`: the server took it, which is all that plain NATS can say. */
  readonly journal: "unknown" | "journal" | "none";
  /** Why the journal does not store claims now, in the server's words; undefined while it does. Claims wait meanwhile. */
  readonly refusal: StreamRefusal | undefined;
  /** Claims that wait to be sent, those that are sent and unanswered, and the bytes of both. */
  readonly outbox: { readonly waiting: number; readonly sent: number; readonly bytes: number };
  readonly claims: OutboxCounts & {
    /** All claims that came to nothing, also those that were wrong or had no beat. */
    readonly failed: number;
  };
  readonly callbacks: Readonly<CallCounts>;
  /** Reports that were neither heard nor found in the report stream, as far as is known: at least so many. */
  readonly reportsMissed: number;
  /** Messages on the report subject that were no reports. */
  readonly reportsRefused: number;
}

export interface HelpOptions {
  /** Names the promise; default `help:` and the agent's id. */
  readonly taskId?: string;
  readonly details?: ClaimDetails;
}

export interface Agent {
  /** The current beat; undefined before the first was heard. */
  readonly now: BeatNow | undefined;
  /** Computed when asked. */
  readonly health: AgentHealth;

  /**
   * Calls `listener` on each beat, once, from the current one on; a promise that it returns is not waited for. The
   * answer takes it away again. Beats that a process slept through come as one call that tells how many were missed.
   */
  onBeat(listener: Listener<Beat>): () => void;
  /** As {@link onBeat}, on the first beat of each bar; on a later one where that was missed. */
  onDownbeat(listener: Listener<Beat>): () => void;
  /** Beats for a `for await` loop, until it is left or the agent is stopped. A slow loop is told what it missed. */
  beats(): AsyncIterableIterator<Beat>;
  /** Calls `listener` with the report of each bar, once, in order; holes are filled from the store where it may be read. */
  onReport(listener: Listener<BarReport>): () => void;
  /**
   * Resolves with the current beat as soon as there is one.
   * @throws BackbeatError `no-beat` after `timeoutMs`, `stopped`
   */
  firstBeat(timeoutMs: number): Promise<BeatNow>;

  /** Index of the current beat; undefined before the first was heard. */
  currentBeat(): number | undefined;
  /** Window id of the current bar; undefined while no frame of it was heard. */
  currentWindow(): string | undefined;
  /** Whether the current bar is the one of that window id; false while that is not known. */
  isInWindow(windowId: string): boolean;
  /** Beats per minute, of the newest frame. */
  currentTempo(): number | undefined;
  /** By how much the newest frame came later than the own timeline had it, ms; undefined before two frames were heard. */
  tempoDriftMs(): number | undefined;

  /**
   * Claims a state for the current beat, or the one that is given. Resolves with the claim when it arrived: when the
   * journal stored it, or without a journal when the server took it. Until then it is kept, also across lost links; a
   * promise that nobody awaits ends no process, its failure is counted and logged.
   * @throws BackbeatError `bad-message` naming every wrong member, `no-beat`, `outbox-full`, `claim-expired` (its bar
   * was over for long when the link came back), `claim-refused`, `stopped`
   */
  claim(state: AgentState, details?: ClaimDetails): Promise<StatusClaim>;
  /** {@link claim} under the name that other BACKBEAT clients give it. */
  emitStatusClaim(claim: ClaimDetails & { readonly state: AgentState }): Promise<StatusClaim>;

  /**
   * Runs work that must be done in so many beats, counted from now by the running tempo: its signal is aborted when
   * they are spent, and the promise rejects whether or not the work heeds it (BACKBEAT-REQ-042; S2).
   * @throws BackbeatError `budget-spent`, `bad-config`; what the work threw
   */
  withBeatBudget<T>(beats: number, work: BudgetedWork<T>): Promise<T>;
  /**
   * Runs work as a task that claims for itself: `executing` on each beat, `completed` or `failed` at its end.
   * @throws BackbeatError `budget-spent`, `too-many-tasks`; what the work threw
   */
  task<T>(taskId: string, work: TaskWork<T>, options?: TaskOptions): Promise<T>;
  /**
   * Is `blocked` by those agents, and says so on each beat, until `until` has come; then, with nothing else to do, `idle`.
   * @throws BackbeatError `too-many-tasks`, `stopped` where the agent is stopped before; what `until` rejected with
   */
  waitFor<T>(agentIds: readonly string[], until: PromiseLike<T>): Promise<T>;
  /**
   * Promises help to another agent: `helping` on each beat while the work runs, then the promise is fulfilled; or it has
   * `failed`, if the work throws.
   * @throws BackbeatError `too-many-tasks`; what the work threw
   */
  help<T>(agentId: string, work: TaskWork<T>, options?: HelpOptions): Promise<T>;

  /**
   * Tells no more beats and tells tasks to stop; waits, for `timeoutMs` at most (default 2,000), until they have ended
   * and all claims have arrived. What is left then is lost: its promises reject, and it is counted and logged. Never
   * rejects.
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
}
