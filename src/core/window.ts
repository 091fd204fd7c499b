/**
 * One open bar: the frames heard in it, the claims counted in it, and where every other claim went (R6).
 *
 * Memory is O(agents), never O(claims) (R4). Claims of different agents commute: nothing here looks from one
 * agent at another.
 */
import type { BarAgents } from "./bar-agents.ts";
import type { ClaimEntry, FrameEntry } from "./entry.ts";
import { HeardFrames } from "./heard.ts";
import type { KnownAgents } from "./known-agents.ts";
import type { ClaimRefusal } from "./outcome.ts";
import type { Anchors } from "./replay-trail.ts";
import { jsonPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

/** What became of a claim that belongs to this window. */
export type WindowOutcome =
  | "counted"
  | "duplicate"
  | Extract<ClaimRefusal, "agent-limit" | "task-limit" | "replayed">;

export interface WindowStart {
  readonly windowId: string;
  /** Sequence of the frame that opens it. */
  readonly firstSeq: number;
  /** Where a fold may begin that computes it. */
  readonly replayBase: Anchors;
  readonly fromBeat: number;
  readonly fromIsExact: boolean;
  /** Joined midway: what came before is not known. */
  readonly isPartial: boolean;
}

/** What a window counts with. */
export interface WindowParts {
  readonly agentsMax: number;
  readonly known: KnownAgents;
  /** Empty, of this bar's number. */
  readonly agents: BarAgents;
}

type Sums = Pick<
  Window,
  "counted" | "dependenciesCut" | "duplicate" | "framesRefused" | "gapMs" | "lastUpdatedMs" | "late"
>;

/** State of one bar from its first frame until it is closed. */
export class Window {
  /** As received; echoed as such. */
  readonly windowId: string;
  /** For comparing: ids are equal without case. */
  readonly key: string;
  readonly fromBeat: number;
  readonly fromIsExact: boolean;
  readonly isPartial: boolean;
  readonly firstSeq: number;
  readonly replayBase: Anchors;
  /** Known when a later bar has begun. */
  toBeat: number | undefined;
  readonly heard = new HeardFrames();
  readonly agents: BarAgents;
  counted = 0;
  duplicate = 0;
  late = 0;
  readonly refused = new Map<ClaimRefusal, number>();
  /** Bodies on the beat subject that could not be read, while this was the oldest open bar. */
  framesRefused = 0;
  gapMs = 0;
  dependenciesCut = 0;
  lastUpdatedMs = 0;
  readonly #known: KnownAgents;
  readonly #agentsMax: number;

  constructor(start: WindowStart, { agents, agentsMax, known }: WindowParts) {
    this.windowId = start.windowId;
    this.key = start.windowId.toLowerCase();
    this.fromBeat = start.fromBeat;
    this.fromIsExact = start.fromIsExact;
    this.isPartial = start.isPartial;
    this.firstSeq = start.firstSeq;
    this.replayBase = start.replayBase;
    this.#known = known;
    this.#agentsMax = agentsMax;
    this.agents = agents;
  }

  /** Index of the newest frame heard. */
  get newestIndex(): number {
    return this.heard.newestIndex;
  }

  hear(entry: FrameEntry): void {
    this.heard.hear(entry);
    this.lastUpdatedMs = entry.timeMs;
  }

  /** Takes a claim of this bar. `wasHeld`: it came before its beat, and so is on time. */
  take(entry: ClaimEntry, wasHeld: boolean): WindowOutcome {
    const { agents } = this;
    const { claim } = entry;
    const knownRow = this.#known.rowOf(claim.agent_id);
    if (knownRow === undefined || !agents.has(knownRow)) {
      if (agents.size >= this.#agentsMax) return this.refuse("agent-limit");
    } else if (agents.hasCounted(knownRow, entry.fingerprint)) {
      this.duplicate += 1;
      return "duplicate";
    } else if (agents.isReplay(knownRow, entry.sequence)) {
      return this.refuse("replayed");
    }
    const row = knownRow ?? this.#known.add(claim.agent_id);
    agents.reach(row);
    const task = agents.taskFor(row, claim);
    if (task === "full") return this.refuse("task-limit");
    task?.count(claim);
    this.#noteReview(row, entry, wasHeld);
    this.dependenciesCut += agents.count(row, entry);
    this.#known.note(row, entry, agents);
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

  *save(): Pieces {
    const { firstSeq, fromBeat, fromIsExact, isPartial, replayBase, windowId } = this;
    yield* jsonPieces({ firstSeq, fromBeat, fromIsExact, isPartial, replayBase, windowId });
    const { counted, dependenciesCut, duplicate, framesRefused, gapMs, lastUpdatedMs, late } = this;
    const sums: Sums = { counted, dependenciesCut, duplicate, framesRefused, gapMs, lastUpdatedMs, late };
    yield* jsonPieces([sums, this.toBeat ?? null, [...this.refused]]);
    yield* this.heard.save();
    yield* this.agents.save(this.#known.rowCount);
  }

  /** A window as it was saved; `agents` is empty. */
  static load(reader: SnapshotReader, parts: WindowParts): Window {
    const window = new Window(reader.json<WindowStart>(), parts);
    const [sums, toBeat, refused] = reader.json<[Sums, number | null, [ClaimRefusal, number][]]>();
    Object.assign(window, sums);
    window.toBeat = toBeat ?? undefined;
    for (const [reason, count] of refused) window.refused.set(reason, count);
    window.heard.load(reader);
    window.agents.load(reader);
    return window;
  }

  #noteReview(row: number, { claim, timeMs }: ClaimEntry, wasHeld: boolean): void {
    if ((claim.state !== "reviewing" && claim.state !== "completed") || this.agents.hasReviewed(row)) return;
    this.agents.noteReview(row, wasHeld || timeMs <= this.heard.deadlineMsOf(claim.beat_index));
  }
}
