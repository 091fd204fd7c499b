/** Where a key moves the cursor of the score. Pure. */
import type { Cursor } from "./sight.ts";

export interface KeyMove {
  readonly key: string;
  readonly lanes: number;
  readonly lanesPerPage: number;
  /** Where a cursor begins that is nowhere yet. */
  readonly firstLane: number;
  readonly fromBeat: number;
  readonly toBeat: number;
  readonly currentBeat: number;
}

/** The next place; undefined for keys that move nothing, and where there is no lane. */
export function moveCursor(cursor: Cursor | undefined, move: KeyMove): Cursor | undefined {
  const { currentBeat, firstLane, fromBeat, key, lanes, lanesPerPage, toBeat } = move;
  if (lanes === 0) return undefined;
  const lane = (place: number): number => Math.min(lanes - 1, Math.max(0, place));
  const at = cursor ?? { place: firstLane, beat: currentBeat };
  const beat = at.beat ?? currentBeat;
  const to = (place: number, onBeat = beat): Cursor => ({
    place: lane(place),
    beat: Math.min(toBeat, Math.max(fromBeat, onBeat)),
    isByKey: true,
  });
  // The first key shows where the cursor is, and moves it from the second on.
  if (cursor === undefined && key.startsWith("Arrow")) return to(firstLane);
  switch (key) {
    case "ArrowUp":
      return to(at.place - 1);
    case "ArrowDown":
      return to(at.place + 1);
    case "ArrowLeft":
      return to(at.place, beat - 1);
    case "ArrowRight":
      return to(at.place, beat + 1);
    case "PageUp":
      return to(at.place - lanesPerPage);
    case "PageDown":
      return to(at.place + lanesPerPage);
    case "Home":
      return to(0);
    case "End":
      return to(lanes - 1);
    default:
      return undefined;
  }
}
