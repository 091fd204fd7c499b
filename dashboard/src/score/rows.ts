/**
 * The lanes that this page knows: who they are, in which order they stand, and what was seen of each beat.
 *
 * Reverb sorts, filters and pages; this holds the pages that were looked at and keeps their cells up to date from the
 * `claims` events. An event and an answer may overtake each other, so each answer says which look it reached, and the
 * newest events are kept until every answer that was asked for before them has surely come (R2, as far as it goes).
 */
import { cellCode, codeOfState, NOTHING, stateOfCode } from "../wire/letters.ts";
import type { ClaimsEvent, Presence, ScoreAnswer, ScoreLane, Trouble } from "../wire/types.ts";

/** Beats of one lane that are kept: what reverb gives at most. */
export const BEATS_KEPT = 512;

/** Lanes in memory: some ten screens of a large display, half a megabyte of cells. */
const ROWS_MAX = 2_000;

/** Events kept for answers under way: four a second for the eight seconds that an answer may take. */
const EVENTS_KEPT = 32;

/** One agent's lane. Its cells are a ring, empty where no claim was seen. */
export class Row {
  readonly lane: number;
  agentId: string;
  presence: Presence;
  trouble: Trouble;
  taskId: string | null;
  progress: number | null;
  beatsLeft: number | null;
  /** Beat of its last claim. */
  claimBeat: number;
  stateCode: number;
  /** The look that its cells have reached. */
  look: number;
  readonly #cells = new Uint8Array(BEATS_KEPT);
  #newestBeat: number;

  constructor(lane: ScoreLane, { fromBeat, look }: { readonly fromBeat: number; readonly look: number }) {
    this.lane = lane.lane;
    this.agentId = lane.agent_id;
    this.presence = lane.presence;
    this.trouble = lane.trouble;
    this.taskId = lane.task_id;
    this.progress = lane.progress;
    this.beatsLeft = lane.beats_left;
    this.claimBeat = lane.beat_index;
    this.stateCode = codeOfState(lane.state);
    this.look = look;
    this.#newestBeat = fromBeat - 1;
    for (let place = 0; place < lane.cells.length; place += 1)
      this.#write(fromBeat + place, cellCode(lane.cells, place));
  }

  /** What was seen for a beat; NOTHING also for beats that are not kept. */
  cell(beat: number): number {
    if (beat > this.#newestBeat || beat <= this.#newestBeat - BEATS_KEPT || beat < 0) return NOTHING;
    return this.#cells[beat % BEATS_KEPT] ?? NOTHING;
  }

  /** A claim that was seen. */
  see(beat: number, code: number): void {
    if (code === NOTHING || beat <= this.#newestBeat - BEATS_KEPT) return;
    this.#write(beat, code);
    if (beat < this.claimBeat) return;
    this.claimBeat = beat;
    this.stateCode = code;
    // Whoever claims is not silent, whatever the last answer said.
    if (this.presence === "silent") this.presence = "alive";
  }

  #write(beat: number, code: number): void {
    const first = Math.max(this.#newestBeat + 1, beat - BEATS_KEPT + 1);
    for (let empty = first; empty <= beat; empty += 1) this.#cells[empty % BEATS_KEPT] = NOTHING;
    this.#newestBeat = Math.max(this.#newestBeat, beat);
    this.#cells[beat % BEATS_KEPT] = code;
  }

  get state(): string {
    return stateOfCode(this.stateCode) ?? "unknown";
  }
}

/** State: rows by lane, the order of those that were paged in, the newest events. */
export class ScoreRows {
  /** By lane; lanes are small integers. */
  #rows: (Row | undefined)[] = [];
  #rowCount = 0;
  /** Lane at each place of the order; empty where nothing was asked for yet. */
  #order: (number | undefined)[] = [];
  #events: ClaimsEvent[] = [];
  total = 0;

  /** The row at a place of the order. */
  at(place: number): Row | undefined {
    const lane = this.#order[place];
    return lane === undefined ? undefined : this.#rows[lane];
  }

  /** Where an agent stands in the order, as far as it is known. */
  placeOf(agentId: string): number | undefined {
    const place = this.#order.findIndex(
      (lane) => lane !== undefined && this.#rows[lane]?.agentId === agentId,
    );
    return place < 0 ? undefined : place;
  }

  /**
   * A page of the order.
   * @param isHeld keep everyone where they stand: somebody points at them
   */
  take(answer: ScoreAnswer, { isHeld, offset }: { readonly offset: number; readonly isHeld: boolean }): void {
    this.total = answer.total_count;
    this.#order.length = Math.min(this.#order.length, answer.total_count);
    const fromBeat = answer.from_beat ?? 0;
    for (const [index, lane] of answer.lanes.entries()) {
      this.#put(new Row(lane, { fromBeat, look: answer.look }));
      const place = offset + index;
      if (!isHeld || this.#order[place] === undefined) this.#order[place] = lane.lane;
    }
    for (const event of this.#events) this.#apply(event);
    if (this.#rowCount > ROWS_MAX) this.#forgetUnseen(offset, answer.lanes.length);
  }

  /** Cells that have changed. */
  note(event: ClaimsEvent): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
    this.#apply(event);
  }

  /** Other lanes are wanted: their order is not known yet. */
  forgetOrder(): void {
    this.#order = [];
    this.total = 0;
  }

  /** Reverb is another process, or too much was missed: nothing that is known holds. */
  forgetAll(): void {
    this.forgetOrder();
    this.#rows = [];
    this.#rowCount = 0;
    this.#events = [];
  }

  #put(row: Row): void {
    if (this.#rows[row.lane] === undefined) this.#rowCount += 1;
    this.#rows[row.lane] = row;
  }

  #apply({ cells, look }: ClaimsEvent): void {
    for (const [beat, first, letters] of cells) {
      for (let place = 0; place < letters.length; place += 1) {
        const row = this.#rows[first + place];
        if (row !== undefined && row.look < look) row.see(beat, cellCode(letters, place));
      }
    }
  }

  /** Keeps the page that was taken last; the others are asked for again when they are looked at. */
  #forgetUnseen(offset: number, count: number): void {
    const kept = this.#order.slice(offset, offset + count);
    const rows: (Row | undefined)[] = [];
    for (const lane of kept) if (lane !== undefined) rows[lane] = this.#rows[lane];
    this.#rows = rows;
    this.#rowCount = kept.length;
    const order: (number | undefined)[] = [];
    for (const [index, lane] of kept.entries()) order[offset + index] = lane;
    this.#order = order;
  }
}
