/**
 * What was seen of each agent at each beat, for people to look at: a byte per agent and beat, in a ring of beats.
 *
 * A sample, no account: whoever looks writes the last claim of every agent at the beat that it speaks of, so one that
 * speaks of two beats between two looks leaves a hole. Nothing is done per claim; a look is one pass over the columns
 * of the known agents. Memory is bounded by agents × beats (R4). No report depends on it, and no snapshot holds it.
 */
import { lengthened, ROWS_MIN } from "./columns.ts";
import type { KnownAgents } from "./known-agents.ts";

/** Beats that are kept: four bars of the default length. */
export const BEATS_KEPT_MAX = 512;

/** Agents whose beats are kept: with all their beats 32 MiB; 10,000 agents take 8 MiB. */
export const LANES_KEPT_MAX = 65_536;

/** Lanes whose changes are told: a letter each, and a new beat of all of them is one message of 16 kB. */
const LANES_TOLD_MAX = 16_384;

/** Newest beats whose changes are told: what comes later than that is late. */
const BEATS_TOLD = 3;

/** Unchanged lanes that are told as such, rather than beginning another run: a run costs as much. */
const GAP_IN_RUN_MAX = 8;

/** Nothing seen, then the states in their order: the first letter of each. */
export const CELL_LETTERS = ".ipercfbh";

const LETTER_CODES = [...CELL_LETTERS].map((letter) => letter.charCodeAt(0));

/** Neighbouring lanes of one beat: a letter each, `.` for what has not changed. */
export interface CellRun {
  readonly beat: number;
  readonly firstLane: number;
  readonly letters: string;
}

/** Beats, both inclusive. */
export interface BeatSpan {
  readonly fromBeat: number;
  readonly toBeat: number;
}

export interface CellChanges {
  readonly runs: readonly CellRun[];
  /** Changes that are not in the runs, by the limits above. */
  readonly leftOut: number;
}

interface Beat {
  index: number;
  /** By lane: 0, or 1 + the code of the state. */
  cells: Uint8Array;
}

/** State: the ring of beats, who has which lane, and what was told of the newest beats. */
export class ScoreCells {
  readonly #beats: (Beat | undefined)[] = [];
  /** Who has the lane; a lane is a row of the known agents. */
  #owners: string[] = [];
  #known: KnownAgents | undefined;
  readonly #told = new Map<number, Uint8Array>();
  #untold = 0;
  #looks = 0;
  #roster = 0;

  /** How often it was looked. */
  get looks(): number {
    return this.#looks;
  }

  /** Changes when a lane is given to an agent, for the first time or again. */
  get roster(): number {
    return this.#roster;
  }

  /** Writes what every agent said last. O(agents), a few nanoseconds each. */
  look(known: KnownAgents, newestBeat: number): void {
    this.#looks += 1;
    if (known !== this.#known) this.#begin(known);
    const lanes = Math.min(known.rowCount, LANES_KEPT_MAX);
    const rosterBefore = this.#roster;
    const told = newestBeat - BEATS_TOLD;
    let at = Number.NaN;
    let cells: Uint8Array | undefined;
    for (let lane = 0; lane < lanes; lane += 1) {
      const owner = known.ids[lane] as string;
      if (owner !== this.#owners[lane]) this.#handOver(lane, owner);
      if (owner === "") continue;
      const beat = known.beats[lane] as number;
      if (beat !== at) {
        at = beat;
        cells = this.#cellsOf(beat, { newestBeat, lanes });
      }
      const cell = (known.states[lane] as number) + 1;
      if (cells === undefined || cells[lane] === cell) continue;
      cells[lane] = cell;
      if (lane >= LANES_TOLD_MAX || beat <= told) this.#untold += 1;
    }
    if (this.#roster !== rosterBefore) this.#roster = rosterBefore + 1;
  }

  /** What has changed since the last call, of the newest beats. */
  takeChanges(newestBeat: number): CellChanges {
    const runs: CellRun[] = [];
    for (const beat of this.#told.keys()) if (beat <= newestBeat - BEATS_TOLD) this.#told.delete(beat);
    for (let beat = newestBeat; beat > newestBeat - BEATS_TOLD; beat -= 1) {
      const cells = this.#at(beat)?.cells;
      if (cells !== undefined) this.#tell(beat, cells, runs);
    }
    const leftOut = this.#untold + Math.max(0, (this.#known?.rowCount ?? 0) - LANES_KEPT_MAX);
    this.#untold = 0;
    return { runs, leftOut };
  }

  /** Reads the cells of lanes from one beat to another, both inclusive: a letter each. */
  reader(fromBeat: number, toBeat: number): (lane: number) => string {
    const beats: (Uint8Array | undefined)[] = [];
    for (let beat = fromBeat; beat <= toBeat; beat += 1) beats.push(this.#at(beat)?.cells);
    return (lane) => String.fromCharCode(...beats.map((cells) => LETTER_CODES[cells?.[lane] ?? 0] ?? 0));
  }

  /** How many of these lanes have each letter but the dot, beat by beat. O(lanes × beats), a nanosecond or two each. */
  sums(
    lanes: readonly number[],
    { fromBeat, toBeat }: BeatSpan,
  ): Readonly<Record<string, readonly number[]>> {
    const counts = [...CELL_LETTERS].map(() => [] as number[]);
    for (let beat = fromBeat; beat <= toBeat; beat += 1) {
      const cells = this.#at(beat)?.cells;
      const sums = new Uint32Array(CELL_LETTERS.length);
      for (const lane of cells === undefined ? [] : lanes) {
        const code = cells?.[lane] ?? 0;
        sums[code] = (sums[code] as number) + 1;
      }
      for (const [code, sum] of sums.entries()) counts[code]?.push(sum);
    }
    return Object.fromEntries(counts.slice(1).map((sums, at) => [CELL_LETTERS[at + 1], sums]));
  }

  #begin(known: KnownAgents): void {
    this.#known = known;
    this.#beats.length = 0;
    this.#owners = [];
    this.#told.clear();
    this.#untold = 0;
    this.#roster += 1;
  }

  #handOver(lane: number, owner: string): void {
    const isFirst = this.#owners[lane] === undefined;
    this.#owners[lane] = owner;
    if (owner !== "") this.#roster += 1;
    if (isFirst) return;
    for (const beat of this.#beats) if (beat !== undefined && lane < beat.cells.length) beat.cells[lane] = 0;
    for (const told of this.#told.values()) if (lane < told.length) told[lane] = 0;
  }

  #at(beat: number): Beat | undefined {
    const kept = this.#beats[beat % BEATS_KEPT_MAX];
    return kept?.index === beat ? kept : undefined;
  }

  /** The cells of a beat, with room for so many lanes; undefined for one that is no longer kept. */
  #cellsOf(
    beat: number,
    { newestBeat, lanes }: { readonly newestBeat: number; readonly lanes: number },
  ): Uint8Array | undefined {
    if (beat > newestBeat || beat <= newestBeat - BEATS_KEPT_MAX) return undefined;
    const place = beat % BEATS_KEPT_MAX;
    let kept = this.#beats[place];
    if (kept === undefined) {
      while (this.#beats.length < place) this.#beats.push(undefined);
      kept = { index: beat, cells: new Uint8Array(roomFor(lanes)) };
      this.#beats[place] = kept;
    } else if (kept.index !== beat) {
      kept.index = beat;
      kept.cells.fill(0);
    }
    if (kept.cells.length < lanes) kept.cells = lengthened(kept.cells, roomFor(lanes));
    return kept.cells;
  }

  #tell(beat: number, cells: Uint8Array, runs: CellRun[]): void {
    const told = this.#toldOf(beat);
    const lanes = Math.min(cells.length, LANES_TOLD_MAX);
    let firstLane = 0;
    let lastLane = Number.NEGATIVE_INFINITY;
    let letters = "";
    const end = () => {
      if (letters !== "") runs.push({ beat, firstLane, letters });
      letters = "";
    };
    for (let lane = 0; lane < lanes; lane += 1) {
      const cell = cells[lane] as number;
      if (cell === told[lane]) continue;
      told[lane] = cell;
      if (lane - lastLane > GAP_IN_RUN_MAX) {
        end();
        firstLane = lane;
      } else letters += ".".repeat(lane - lastLane - 1);
      letters += CELL_LETTERS[cell];
      lastLane = lane;
    }
    end();
  }

  #toldOf(beat: number): Uint8Array {
    const told = this.#told.get(beat) ?? new Uint8Array(LANES_TOLD_MAX);
    this.#told.set(beat, told);
    return told;
  }
}

/** Rows double as they grow, and so do these. */
function roomFor(lanes: number): number {
  let room = ROWS_MIN;
  while (room < lanes) room *= 2;
  return room;
}
