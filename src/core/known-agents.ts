/**
 * The agents that are remembered: a row for each, and its last claim, across bars.
 *
 * Rows are what the columns of every open bar are indexed by (bar-agents.ts). A row is given to another agent when
 * its own is forgotten, so the rows stay in proportion to what the limit per window allows for three bars (R4).
 */
import type { BarAgents } from "./bar-agents.ts";
import { NOT_GIVEN } from "./claim-values.ts";
import { lengthened, ROWS_MIN } from "./columns.ts";
import type { ClaimEntry } from "./entry.ts";
import { columnPieces, jsonPieces, listPieces, type Pieces, type SnapshotReader } from "./snapshot-format.ts";

const NO_BAR = 0;

/** More than one, so that freed rows outrun new ones: at most a third of all rows waits to be swept. */
const ROWS_SWEPT_PER_AGENT = 4;

/** State: rows by agent id, and the columns of last claims. */
export class KnownAgents {
  readonly #rows = new Map<string, number>();
  readonly #freeRows: number[] = [];
  readonly ids: string[] = [];
  readonly taskIds: (string | undefined)[] = [];
  readonly notes: (string | undefined)[] = [];
  /** Number of the bar of the last claim; NO_BAR in nobody's row. */
  bars = new Float64Array(ROWS_MIN);
  states = new Uint8Array(ROWS_MIN);
  beats = new Float64Array(ROWS_MIN);
  progress = new Float64Array(ROWS_MIN);
  beatsLeft = new Int16Array(ROWS_MIN);
  nextBeats = new Float64Array(ROWS_MIN);
  arrivalsMs = new Float64Array(ROWS_MIN);
  /** Beat of the claim that last changed state, task or progress. */
  changedBeats = new Float64Array(ROWS_MIN);
  /** Who has not claimed since is forgotten. */
  #oldestBar = 1;
  /** The row that was swept last. */
  #hand = 0;

  /** Rows that were ever given; the rows of all agents lie below. */
  get rowCount(): number {
    return this.ids.length;
  }

  /** The row of an agent; undefined for one that is not remembered. */
  rowOf(agentId: string): number | undefined {
    return this.#rows.get(agentId);
  }

  /** Gives an agent its row. */
  add(agentId: string): number {
    this.#sweep();
    const row = this.#freeRows.pop() ?? this.ids.length;
    if (row >= this.bars.length) this.#grow(2 * this.bars.length);
    this.ids[row] = agentId;
    this.taskIds[row] = undefined;
    this.notes[row] = undefined;
    this.#rows.set(agentId, row);
    return row;
  }

  /** Takes the claim that this bar has just counted as the agent's last, unless a newer bar has one. */
  note(row: number, { claim, timeMs }: ClaimEntry, bar: BarAgents): void {
    const lastBar = this.bars[row] as number;
    if (lastBar > bar.number) return;
    const state = bar.states[row] as number;
    const progress = bar.progress[row] as number;
    const isSameState = state === this.states[row] && progress === this.progress[row];
    if (lastBar < this.#oldestBar || !isSameState || claim.task_id !== this.taskIds[row])
      this.changedBeats[row] = claim.beat_index;
    this.bars[row] = bar.number;
    this.states[row] = state;
    this.progress[row] = progress;
    this.beats[row] = claim.beat_index;
    this.beatsLeft[row] = claim.beats_left ?? NOT_GIVEN;
    this.nextBeats[row] = bar.nextBeats[row] as number;
    this.arrivalsMs[row] = timeMs;
    this.taskIds[row] = claim.task_id;
    this.notes[row] = claim.notes;
  }

  /** Forgets the agents whose last claim lies in a bar before this one; their rows are freed as others come. */
  forgetBefore(bar: number): void {
    this.#oldestBar = bar;
  }

  *save(): Pieces {
    const rows = this.rowCount;
    yield* jsonPieces([rows, this.#oldestBar, this.#hand]);
    for (const list of [this.ids, this.taskIds, this.notes]) yield* listPieces(list, rows);
    yield* listPieces(this.#freeRows, this.#freeRows.length);
    for (const column of this.#columns()) yield* columnPieces(column, rows);
  }

  load(reader: SnapshotReader): void {
    const [rows, oldestBar, hand] = reader.json<[number, number, number]>();
    this.#oldestBar = oldestBar;
    this.#hand = hand;
    for (const list of [this.ids, this.taskIds, this.notes] as unknown[][])
      for (const value of reader.list()) list.push(value);
    for (const row of reader.list<number>()) if (row !== undefined) this.#freeRows.push(row);
    this.bars = reader.column(Float64Array, ROWS_MIN);
    this.states = reader.column(Uint8Array, ROWS_MIN);
    this.beats = reader.column(Float64Array, ROWS_MIN);
    this.progress = reader.column(Float64Array, ROWS_MIN);
    this.beatsLeft = reader.column(Int16Array, ROWS_MIN);
    this.nextBeats = reader.column(Float64Array, ROWS_MIN);
    this.arrivalsMs = reader.column(Float64Array, ROWS_MIN);
    this.changedBeats = reader.column(Float64Array, ROWS_MIN);
    for (let row = 0; row < rows; row += 1)
      if (this.bars[row] !== NO_BAR) this.#rows.set(this.ids[row] as string, row);
  }

  /** In the order in which they are saved. */
  #columns() {
    const { arrivalsMs, bars, beats, beatsLeft, changedBeats, nextBeats, progress, states } = this;
    return [bars, states, beats, progress, beatsLeft, nextBeats, arrivalsMs, changedBeats];
  }

  /** Frees rows of forgotten agents, a few for each one that comes: a million at once would hold up intake. */
  #sweep(): void {
    for (let swept = 0; swept < ROWS_SWEPT_PER_AGENT && this.ids.length > 0; swept += 1) {
      this.#hand = (this.#hand + 1) % this.ids.length;
      const lastBar = this.bars[this.#hand] as number;
      if (lastBar !== NO_BAR && lastBar < this.#oldestBar) this.#free(this.#hand);
    }
  }

  #free(row: number): void {
    this.#rows.delete(this.ids[row] as string);
    this.bars[row] = NO_BAR;
    this.ids[row] = "";
    this.taskIds[row] = undefined;
    this.notes[row] = undefined;
    this.#freeRows.push(row);
  }

  #grow(rows: number): void {
    this.bars = lengthened(this.bars, rows);
    this.states = lengthened(this.states, rows);
    this.beats = lengthened(this.beats, rows);
    this.progress = lengthened(this.progress, rows);
    this.beatsLeft = lengthened(this.beatsLeft, rows);
    this.nextBeats = lengthened(this.nextBeats, rows);
    this.arrivalsMs = lengthened(this.arrivalsMs, rows);
    this.changedBeats = lengthened(this.changedBeats, rows);
  }
}
