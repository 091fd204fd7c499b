/**
 * One open bar: the frames heard in it, the claims counted in it, and where every other claim went (R6).
 *
 * Memory is O(agents), never O(claims) (R4). Claims of different agents commute: nothing here looks from one
 * agent at another.
 */
import { type AgentState, STATES } from "../contracts/status-claim.ts";
import { AgentRecord } from "./agent-record.ts";
import type { ClaimEntry, FrameEntry } from "./entry.ts";
import { HeardFrames } from "./heard.ts";
import type { Limits } from "./limits.ts";
import type { ClaimRefusal, CoreRefusal } from "./outcome.ts";

/** What became of a claim that belongs to this window. */
export type WindowOutcome = "counted" | "duplicate" | Extract<CoreRefusal, "agent-limit" | "task-limit">;

export interface WindowStart {
  readonly windowId: string;
  readonly fromBeat: number;
  readonly fromIsExact: boolean;
  /** Joined midway: what came before is not known. */
  readonly isPartial: boolean;
}

/** State of one bar from its first frame until it is closed. */
export class Window {
  /** As received; echoed as such. */
  readonly windowId: string;
  /** For comparing: ids are equal without case. */
  readonly key: string;
  readonly fromBeat: number;
  readonly fromIsExact: boolean;
  readonly isPartial: boolean;
  /** Known when a later bar has begun. */
  toBeat: number | undefined;
  readonly heard = new HeardFrames();
  readonly agents = new Map<string, AgentRecord>();
  readonly stateCounts: Record<AgentState, number>;
  counted = 0;
  duplicate = 0;
  late = 0;
  readonly refused = new Map<ClaimRefusal, number>();
  /** Bodies on the beat subject that could not be read, while this was the oldest open bar. */
  framesRefused = 0;
  gapMs = 0;
  dependenciesCut = 0;
  lastUpdatedMs = 0;
  readonly #limits: Limits;

  constructor(start: WindowStart, limits: Limits) {
    this.windowId = start.windowId;
    this.key = start.windowId.toLowerCase();
    this.fromBeat = start.fromBeat;
    this.fromIsExact = start.fromIsExact;
    this.isPartial = start.isPartial;
    this.stateCounts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<AgentState, number>;
    this.#limits = limits;
  }

  hear(entry: FrameEntry): void {
    this.heard.hear(entry);
    this.lastUpdatedMs = entry.timeMs;
  }

  /** Takes a claim of this bar. `wasHeld`: it came before its beat, and so is on time. */
  take(entry: ClaimEntry, wasHeld: boolean): WindowOutcome {
    const { claim } = entry;
    let agent = this.agents.get(claim.agent_id);
    if (agent === undefined) {
      if (this.agents.size >= this.#limits.agentsPerWindow) return this.refuse("agent-limit");
      agent = new AgentRecord(claim.agent_id);
      this.agents.set(claim.agent_id, agent);
    } else if (agent.hasCounted(entry.fingerprint)) {
      this.duplicate += 1;
      return "duplicate";
    }
    const task = agent.taskOf(claim, this.#limits);
    if (task === "full") return this.refuse("task-limit");
    task?.count(claim);
    this.#noteReview(agent, entry, wasHeld);
    this.dependenciesCut += agent.count(entry, this.#limits);
    this.stateCounts[claim.state] += 1;
    this.counted += 1;
    // A held claim arrived before the frame that it waited for.
    if (!wasHeld) this.lastUpdatedMs = entry.timeMs;
    return "counted";
  }

  /** Counts a claim that was refused at this bar's position. */
  refuse<R extends ClaimRefusal>(reason: R): R {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
    return reason;
  }

  #noteReview(agent: AgentRecord, entry: ClaimEntry, wasHeld: boolean): void {
    const { state, beat_index: beatIndex } = entry.claim;
    if (agent.reviewedOnTime !== undefined || (state !== "reviewing" && state !== "completed")) return;
    agent.reviewedOnTime = wasHeld || entry.timeMs <= this.heard.deadlineMsOf(beatIndex);
  }
}
