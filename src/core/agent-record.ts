/** One agent in one window: its last claim, and what its claims add up to. O(1) per claim (R4). */
import type { AgentState, StatusClaim } from "../contracts/status-claim.ts";
import type { ClaimEntry } from "./entry.ts";
import type { Limits } from "./limits.ts";
import { leavesTrace, TaskRecord } from "./task-record.ts";

const NO_NAMES: readonly string[] = [];
const NO_TASKS: readonly TaskRecord[] = [];

/** State over the counted claims of one agent in one window. */
export class AgentRecord {
  readonly agentId: string;
  claims = 0;
  state: AgentState = "idle";
  taskId: string | undefined;
  beatIndex = 0;
  progress: number | undefined;
  beatsLeft: number | undefined;
  nextBeat: number | undefined;
  notes: string | undefined;
  dependencies: readonly string[] = NO_NAMES;
  lastClaimMs = 0;
  /** Beat of the claim that last changed state, task or progress. */
  changedBeat = 0;
  /** Every claim of the window is `executing` with one and the same progress of one task. */
  isSteady = true;
  /** Of the first `reviewing` or `completed` claim: whether it came by its deadline. */
  reviewedOnTime: boolean | undefined;
  /** What was attested of secret rotation; a failure stays. */
  rotation: "ok" | "failed" | undefined;
  tasks: TaskRecord[] | readonly TaskRecord[] = NO_TASKS;
  #fingerprints: number[] | undefined;

  constructor(agentId: string) {
    this.agentId = agentId;
  }

  /** Whether a claim with these bytes is among the last that were counted (R2). */
  hasCounted(fingerprint: number): boolean {
    return this.#fingerprints?.includes(fingerprint) ?? false;
  }

  /** The record that this claim's task needs; `full` where there is no room, undefined where none is needed. */
  taskOf(claim: StatusClaim, limits: Limits): TaskRecord | "full" | undefined {
    const taskId = claim.task_id ?? "";
    for (const task of this.tasks) if (task.taskId === taskId) return task;
    if (!leavesTrace(claim.state)) return undefined;
    if (this.tasks.length >= limits.tasksPerAgent) return "full";
    const task = new TaskRecord(taskId);
    this.tasks = this.tasks.length === 0 ? [task] : [...this.tasks, task];
    return task;
  }

  /** Counts a claim. Returns how many of its dependencies were cut. */
  count(entry: ClaimEntry, limits: Limits): number {
    const { claim } = entry;
    this.#remember(entry.fingerprint, limits.fingerprintsPerAgent);
    this.#noteChange(claim);
    this.claims += 1;
    this.state = claim.state;
    this.taskId = claim.task_id;
    this.beatIndex = claim.beat_index;
    this.progress = claim.progress;
    this.beatsLeft = claim.beats_left;
    this.notes = claim.notes;
    this.lastClaimMs = entry.timeMs;
    if (claim.metadata !== undefined) this.#noteMetadata(claim.metadata);
    else this.nextBeat = undefined;
    return this.#noteDependencies(claim.dependencies, limits.dependenciesPerClaim);
  }

  /** Lets go of what only an open window needs. */
  close(): void {
    this.#fingerprints = undefined;
  }

  #remember(fingerprint: number, limit: number): void {
    if (this.#fingerprints === undefined) this.#fingerprints = [fingerprint];
    else if (this.#fingerprints.length < limit) this.#fingerprints.push(fingerprint);
    else this.#fingerprints[this.claims % limit] = fingerprint;
  }

  #noteChange(claim: StatusClaim): void {
    const hasMoved = claim.progress !== this.progress || claim.task_id !== this.taskId;
    const isFirst = this.claims === 0;
    if (isFirst || hasMoved || claim.state !== this.state) this.changedBeat = claim.beat_index;
    if (claim.state !== "executing" || claim.progress === undefined || (hasMoved && !isFirst))
      this.isSteady = false;
  }

  #noteMetadata(metadata: Readonly<Record<string, unknown>>): void {
    const next = metadata.next_beat;
    this.nextBeat = typeof next === "number" && Number.isSafeInteger(next) && next >= 0 ? next : undefined;
    const rotation = metadata.secret_rotation;
    if (rotation === "failed") this.rotation = "failed";
    else if (rotation === "ok") this.rotation ??= "ok";
  }

  #noteDependencies(dependencies: readonly string[] | undefined, limit: number): number {
    if (dependencies === undefined || dependencies.length === 0) {
      this.dependencies = NO_NAMES;
      return 0;
    }
    this.dependencies = dependencies.length > limit ? dependencies.slice(0, limit) : dependencies;
    return dependencies.length - this.dependencies.length;
  }
}
