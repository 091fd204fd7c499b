/**
 * Positions as `{bar, beat}`, which older agents keep, and beat indexes, which everything else speaks of
 * (BACKBEAT-REQ-043): both ways, and each way warns once per process that it is on its way out.
 *
 * Both count from 0: a position is a quotient and a remainder, so that each index has exactly one position and
 * converting there and back changes nothing. Bar 0 begins with the grid's origin, which for a timeline of ours is
 * beat 1; what lies before it has negative bars. A grid that begins elsewhere numbers its bars from there.
 */
import { type BarGrid, barFromOf } from "../core/bar-grid.ts";
import { BackbeatError } from "../errors.ts";
import type { Log } from "../ports.ts";

/** A place in time as older agents say it. */
export interface LegacyPosition {
  /** Whole bars since the grid's origin; bar 0 begins with it. */
  readonly bar: number;
  /** Whole beats since the bar's first one, which is 0. */
  readonly beat: number;
}

/**
 * The position of a beat index.
 * @throws BackbeatError `bad-message` where one of them is no whole number, or the index is below 0
 */
export function legacyPositionOf(grid: BarGrid, beatIndex: number): LegacyPosition {
  const faults = gridFaults(grid);
  if (!Number.isSafeInteger(beatIndex) || beatIndex < 0)
    faults.push(`beat_index is ${beatIndex}, expected a whole number from 0 on`);
  if (faults.length > 0) throw cannot("say a beat as bar and beat", faults);
  const barFrom = barFromOf(grid, beatIndex);
  return { bar: (barFrom - grid.barOrigin) / grid.barLength, beat: beatIndex - barFrom };
}

/**
 * The beat index of a position.
 * @throws BackbeatError `bad-message` naming everything that is wrong with the position or the grid
 */
export function beatIndexOf(grid: BarGrid, { bar, beat }: LegacyPosition): number {
  const faults = gridFaults(grid);
  if (!Number.isSafeInteger(bar)) faults.push(`bar is ${bar}, expected a whole number, 0 for the first bar`);
  if (!Number.isSafeInteger(beat) || beat < 0 || beat >= grid.barLength)
    faults.push(`beat is ${beat}, expected a whole number from 0 to ${grid.barLength - 1}`);
  const beatIndex = grid.barOrigin + bar * grid.barLength + beat;
  if (faults.length === 0 && (!Number.isSafeInteger(beatIndex) || beatIndex < 0))
    faults.push(`they are beat_index ${beatIndex}, expected one from 0 to ${Number.MAX_SAFE_INTEGER}`);
  if (faults.length > 0) throw cannot("find the beat of a position", faults);
  return beatIndex;
}

/** What is warned of. */
export type LegacyDirection = "to-index" | "from-index";

/** Of this process: an old agent converts on every beat, and one line is enough. */
const WARNED = new Set<LegacyDirection>();

const WARNINGS: Readonly<Record<LegacyDirection, string>> = {
  "to-index":
    "A {bar, beat} position was converted to a beat index; such positions are on their way out: keep the beat_index of the beat itself (said once)",
  "from-index":
    "A beat index was converted to a {bar, beat} position; such positions are on their way out: use the beat_index (said once)",
};

/** Converts on one grid and warns through a log. State: what was warned of, for the whole process. */
export class LegacyPositions {
  readonly #grid: BarGrid;
  readonly #log: Log;
  readonly #warned: Set<LegacyDirection>;

  /** `warned`: for tests; default: that of the process. */
  constructor(grid: BarGrid, log: Log, { warned = WARNED }: { readonly warned?: Set<LegacyDirection> } = {}) {
    this.#grid = grid;
    this.#log = log;
    this.#warned = warned;
  }

  /** As {@link beatIndexOf}, on this grid. */
  toBeatIndex(position: LegacyPosition): number {
    this.#warn("to-index");
    return beatIndexOf(this.#grid, position);
  }

  /** As {@link legacyPositionOf}, on this grid. */
  fromBeatIndex(beatIndex: number): LegacyPosition {
    this.#warn("from-index");
    return legacyPositionOf(this.#grid, beatIndex);
  }

  #warn(direction: LegacyDirection): void {
    if (this.#warned.has(direction)) return;
    this.#warned.add(direction);
    this.#log.warn(WARNINGS[direction]);
  }
}

function gridFaults({ barLength, barOrigin }: BarGrid): string[] {
  const faults: string[] = [];
  if (!Number.isSafeInteger(barLength) || barLength < 1)
    faults.push(`barLength is ${barLength}, expected a whole number from 1 on`);
  if (!Number.isSafeInteger(barOrigin) || barOrigin < 0)
    faults.push(`barOrigin is ${barOrigin}, expected the index of a bar's first beat`);
  return faults;
}

function cannot(action: string, faults: readonly string[]): BackbeatError {
  return new BackbeatError("bad-message", `Cannot ${action}: ${faults.join("; ")}`, {
    data: { mistakes: faults },
  });
}
