/**
 * What the counted claims of one bar say, agent by agent: columns over the rows of the known agents.
 *
 * O(1) per claim, and nothing is made for one but its fingerprint's place and, for the few states that need it, a
 * task's record (R4). Nothing here looks from one agent at another.
 */
import { type AgentState, STATES, type StatusClaim } from "../contracts/status-claim.ts";
import { NOT_GIVEN, nextBeatOf, STATE_CODES } from "./claim-values.ts";
import { lengthened, lengthenList, ROWS_MIN } from "./columns.ts";
import { CountedSequences } from "./counted-sequences.ts";
import type { ClaimEntry } from "./entry.ts";
import type { Limits } from "./limits.ts";
import {
  columnPieces,
  jsonPieces,
  listPieces,
  numberListPieces,
  type Pieces,
  type SnapshotReader,
} from "./snapshot-format.ts";
import { leavesTrace, type SavedTask, TaskRecord } from "./task-record.ts";

const NO_NAMES: readonly string[] = [];
const NO_TASKS: readonly TaskRecord[] = [];

/** What is known of an agent in a bar beyond its last claim; bits of a flag byte. */
const STEADY = 1;
const REVIEWED = 2;
const REVIEWED_ON_TIME = 4;
const ROTATED = 8;
const ROTATION_FAILED = 16;

/** State over the counted claims of one bar. */
export class BarAgents {
  readonly #limits: Limits;
  #number = 0;
  #size = 0;
  readonly #stateCounts = new Uint32Array(STATES.length);
  /** Claims counted; 0: the agent is not in this bar. */
  claims = new Uint32Array(ROWS_MIN);
  states = new Uint8Array(ROWS_MIN);
  progress = new Float64Array(ROWS_MIN);
  nextBeats = new Float64Array(ROWS_MIN);
  readonly taskIds: (string | undefined)[] = [];
  readonly #dependencies: (readonly string[] | undefined)[] = [];
  readonly #tasks: (TaskRecord[] | undefined)[] = [];
  #flags = new Uint8Array(ROWS_MIN);
  /** The first fingerprint of each agent: most claim once, and need no ring. */
  #fingerprints = new Float64Array(ROWS_MIN);
  readonly #rings: (number[] | undefined)[] = [];
  readonly #sequences = new CountedSequences();

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#lengthenLists(ROWS_MIN);
  }

  /** Number of the bar; bars are numbered as they open, from 1. */
  get number(): number {
    return this.#number;
  }

  /** Agents with a counted claim. */
  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    return row < this.claims.length && this.claims[row] !== 0;
  }

  /** Whether a claim with these bytes is among the agent's last that were counted (R2). */
  hasCounted(row: number, fingerprint: number): boolean {
    return this.#fingerprints[row] === fingerprint || this.#rings[row]?.includes(fingerprint) === true;
  }

  /** Whether a signed claim, whose fingerprint is not known, may have been counted before all the same. */
  isReplay(row: number, sequence: number | undefined): boolean {
    return sequence !== undefined && this.#sequences.isReplay(row, sequence);
  }

  /** Counted claims by state. */
  stateCounts(): Record<AgentState, number> {
    const counts = STATES.map((state, code) => [state, this.#stateCounts[code] ?? 0] as const);
    return Object.fromEntries(counts) as Record<AgentState, number>;
  }

  tasksOf(row: number): readonly TaskRecord[] {
    return this.#tasks[row] ?? NO_TASKS;
  }

  dependenciesOf(row: number): readonly string[] {
    return this.#dependencies[row] ?? NO_NAMES;
  }

  /** Every claim of the agent is `executing` with one and the same progress of one task. */
  isSteady(row: number): boolean {
    return this.#hasFlag(row, STEADY);
  }

  hasReviewed(row: number): boolean {
    return this.#hasFlag(row, REVIEWED);
  }

  hasReviewedOnTime(row: number): boolean {
    return this.#hasFlag(row, REVIEWED_ON_TIME);
  }

  /** Attested a rotation of its secrets; a failure that was told once stays. */
  hasRotated(row: number): boolean {
    return this.#hasFlag(row, ROTATED) && !this.hasFailedRotation(row);
  }

  hasFailedRotation(row: number): boolean {
    return this.#hasFlag(row, ROTATION_FAILED);
  }

  /** The record that this claim's task needs; `full` where there is no room, undefined where none is needed. */
  taskFor(row: number, claim: StatusClaim): TaskRecord | "full" | undefined {
    const taskId = claim.task_id ?? "";
    const tasks = this.tasksOf(row);
    for (const task of tasks) if (task.taskId === taskId) return task;
    if (!leavesTrace(claim.state)) return undefined;
    if (tasks.length >= Math.max(1, this.#limits.tasksPerAgent)) return "full";
    const task = new TaskRecord(taskId);
    if (tasks.length === 0) this.#tasks[row] = [task];
    else this.#tasks[row]?.push(task);
    return task;
  }

  /** Makes room for a row. */
  reach(row: number): void {
    if (row >= this.claims.length) this.#grow(Math.max(row + 1, 2 * this.claims.length));
  }

  /** Notes the first review of an agent. */
  noteReview(row: number, isOnTime: boolean): void {
    this.#setFlag(row, isOnTime ? REVIEWED | REVIEWED_ON_TIME : REVIEWED);
  }

  /** Counts a claim. Returns how many of its dependencies were cut. */
  count(row: number, entry: ClaimEntry): number {
    const { claim } = entry;
    this.#remember(row, entry);
    this.#noteSteadiness(row, claim);
    if (this.claims[row] === 0) this.#size += 1;
    this.claims[row] = (this.claims[row] as number) + 1;
    const state = STATE_CODES[claim.state];
    this.states[row] = state;
    this.#stateCounts[state] = (this.#stateCounts[state] as number) + 1;
    this.progress[row] = claim.progress ?? NOT_GIVEN;
    this.taskIds[row] = claim.task_id;
    this.nextBeats[row] = nextBeatOf(claim);
    const rotation = claim.metadata?.secret_rotation;
    if (rotation === "failed") this.#setFlag(row, ROTATION_FAILED);
    else if (rotation === "ok") this.#setFlag(row, ROTATED);
    return this.#noteDependencies(row, claim.dependencies);
  }

  /** Lets go of what only an open bar needs. */
  close(): void {
    this.#rings.fill(undefined);
    this.#sequences.close();
  }

  /** Begins another bar: columns are the most of a window's memory, and are used again. */
  begin(number: number): this {
    this.#number = number;
    this.#size = 0;
    this.#stateCounts.fill(0);
    this.#sequences.begin();
    this.claims.fill(0);
    this.#flags.fill(0);
    for (const list of [this.taskIds, this.#dependencies, this.#tasks, this.#rings]) list.fill(undefined);
    return this;
  }

  /** `rows`: how many of them are in use. */
  *save(rows: number): Pieces {
    yield* jsonPieces([this.#number, this.#size, [...this.#stateCounts]]);
    const { claims, nextBeats, progress, states } = this;
    for (const column of [claims, states, progress, nextBeats, this.#flags, this.#fingerprints])
      yield* columnPieces(column, rows);
    yield* listPieces(this.taskIds, rows);
    yield* listPieces(this.#dependencies, rows);
    yield* taskPieces(this.#tasks, rows);
    yield* numberListPieces(this.#rings, rows);
    yield* this.#sequences.save(rows);
  }

  load(reader: SnapshotReader): void {
    const [number, size, stateCounts] = reader.json<[number, number, number[]]>();
    this.#number = number;
    this.#size = size;
    this.#stateCounts.set(stateCounts);
    this.claims = reader.column(Uint32Array, ROWS_MIN);
    this.states = reader.column(Uint8Array, ROWS_MIN);
    this.progress = reader.column(Float64Array, ROWS_MIN);
    this.nextBeats = reader.column(Float64Array, ROWS_MIN);
    this.#flags = reader.column(Uint8Array, ROWS_MIN);
    this.#fingerprints = reader.column(Float64Array, ROWS_MIN);
    fill(this.taskIds, reader.list<string>());
    fill(this.#dependencies, reader.list<readonly string[]>());
    fill(
      this.#tasks,
      reader.list<SavedTask[]>().map((tasks) => tasks?.map((task) => TaskRecord.load(task))),
    );
    fill(this.#rings, reader.numberLists());
    this.#sequences.load(reader);
    this.#lengthenLists(this.claims.length);
  }

  #hasFlag(row: number, flag: number): boolean {
    return ((this.#flags[row] as number) & flag) !== 0;
  }

  #setFlag(row: number, flag: number): void {
    this.#flags[row] = (this.#flags[row] as number) | flag;
  }

  #clearFlag(row: number, flag: number): void {
    this.#flags[row] = (this.#flags[row] as number) & ~flag;
  }

  /** A ring of the last fingerprints; its first place is a column. */
  #remember(row: number, { fingerprint, sequence }: ClaimEntry): void {
    const counted = this.claims[row] as number;
    const place = counted % Math.max(1, this.#limits.fingerprintsPerAgent);
    if (place === 0) this.#fingerprints[row] = fingerprint;
    else if (this.#rings[row] === undefined) this.#rings[row] = [fingerprint];
    else (this.#rings[row] as number[])[place - 1] = fingerprint;
    if (sequence !== undefined || this.#sequences.isUsed)
      this.#sequences.remember(row, { place, sequence: sequence ?? 0 });
  }

  #noteSteadiness(row: number, claim: StatusClaim): void {
    const isExecuting = claim.state === "executing" && claim.progress !== undefined;
    const isFirst = this.claims[row] === 0;
    const isSame = claim.progress === this.progress[row] && claim.task_id === this.taskIds[row];
    if (isFirst && isExecuting) this.#setFlag(row, STEADY);
    else if (!isFirst && !(isExecuting && isSame)) this.#clearFlag(row, STEADY);
  }

  #noteDependencies(row: number, dependencies: readonly string[] | undefined): number {
    const limit = this.#limits.dependenciesPerClaim;
    if (dependencies === undefined || dependencies.length <= limit) {
      this.#dependencies[row] = dependencies;
      return 0;
    }
    this.#dependencies[row] = dependencies.slice(0, limit);
    return dependencies.length - limit;
  }

  #grow(rows: number): void {
    this.claims = lengthened(this.claims, rows);
    this.states = lengthened(this.states, rows);
    this.progress = lengthened(this.progress, rows);
    this.nextBeats = lengthened(this.nextBeats, rows);
    this.#flags = lengthened(this.#flags, rows);
    this.#fingerprints = lengthened(this.#fingerprints, rows);
    this.#lengthenLists(rows);
  }

  #lengthenLists(rows: number): void {
    for (const list of [this.taskIds, this.#dependencies, this.#tasks, this.#rings])
      lengthenList(list as unknown[], rows);
  }
}

function taskPieces(tasks: readonly (readonly TaskRecord[] | undefined)[], rows: number): Pieces {
  const saved = tasks.slice(0, rows).map((records) => records?.map((task) => task.save()));
  return listPieces(saved, rows);
}

/** Puts the values at the begin of a list that has room for more. */
function fill<T>(list: (T | undefined)[], values: readonly (T | undefined)[]): void {
  for (const [row, value] of values.entries()) list[row] = value;
}
