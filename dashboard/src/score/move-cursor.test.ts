import { describe, expect, it } from "vitest";
import { type KeyMove, moveCursor } from "./move-cursor.ts";

const move = (key: string, more: Partial<KeyMove> = {}): KeyMove => ({
  key,
  lanes: 100,
  lanesPerPage: 10,
  firstLane: 30,
  fromBeat: 41,
  toBeat: 64,
  currentBeat: 60,
  ...more,
});
const AT = { place: 35, beat: 50, isByKey: true };

describe("moveCursor", () => {
  it("begins at the top of what is in sight, on the current beat, whatever arrow came first", () => {
    expect(moveCursor(undefined, move("ArrowDown"))).toEqual({ place: 30, beat: 60, isByKey: true });
    expect(moveCursor(undefined, move("ArrowLeft"))).toEqual({ place: 30, beat: 60, isByKey: true });
  });

  it("moves by a lane, a beat, a page, to the ends", () => {
    const to = (key: string) => {
      const next = moveCursor(AT, move(key));
      return [next?.place, next?.beat];
    };
    expect(to("ArrowUp")).toEqual([34, 50]);
    expect(to("ArrowDown")).toEqual([36, 50]);
    expect(to("ArrowLeft")).toEqual([35, 49]);
    expect(to("ArrowRight")).toEqual([35, 51]);
    expect(to("PageUp")).toEqual([25, 50]);
    expect(to("PageDown")).toEqual([45, 50]);
    expect(to("Home")).toEqual([0, 50]);
    expect(to("End")).toEqual([99, 50]);
  });

  it("stays within lanes and beats", () => {
    expect(moveCursor({ ...AT, place: 0 }, move("ArrowUp"))?.place).toBe(0);
    expect(moveCursor({ ...AT, place: 95 }, move("PageDown"))?.place).toBe(99);
    expect(moveCursor({ ...AT, beat: 41 }, move("ArrowLeft"))?.beat).toBe(41);
    expect(moveCursor({ ...AT, beat: 64 }, move("ArrowRight"))?.beat).toBe(64);
  });

  it("leaves other keys, and a score without lanes, alone", () => {
    expect(moveCursor(AT, move("a"))).toBeUndefined();
    expect(moveCursor(AT, move("ArrowUp", { lanes: 0 }))).toBeUndefined();
  });

  it("comes from a pointer that was on a name to the current beat", () => {
    expect(moveCursor({ place: 3, beat: undefined, isByKey: false }, move("ArrowDown"))).toEqual({
      place: 4,
      beat: 60,
      isByKey: true,
    });
  });
});
