import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.ts";
import type { MessagePiece } from "./piece.ts";

const LINE_BYTES_MAX = 20;

/** The pieces of a text that arrives in chunks which end at the given places. */
function split(text: Uint8Array, cuts: readonly number[] = []) {
  const splitter = new LineSplitter({ lineBytesMax: LINE_BYTES_MAX, firstLine: 1 });
  const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
  const pieces = ends.flatMap((end, at) => [...splitter.push(text.subarray(ends[at - 1] ?? 0, end))]);
  return [...pieces, ...splitter.end()].map((piece) => {
    const { line, body, bytes } = piece as MessagePiece;
    return [line, new TextDecoder().decode(body), bytes];
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("OBS-003 LineSplitter", () => {
  it("numbers lines and passes over blank ones", () => {
    expect(split(bytes("\na\r\n \t\n\n b \nlast"))).toEqual([
      [2, "a", 1],
      [5, "b", 1],
      [6, "last", 4],
    ]);
  });

  it("invariant R4: keeps of a line above the limit only how long it is", () => {
    const long = "x".repeat(LINE_BYTES_MAX + 1);
    expect(split(bytes(`a\n${long}\nb\n${long}${long}`), [3, 9, 15])).toEqual([
      [1, "a", 1],
      [2, "", long.length],
      [3, "b", 1],
      [4, "", 2 * long.length],
    ]);
    expect(split(bytes("y".repeat(LINE_BYTES_MAX)))).toEqual([
      [1, "y".repeat(LINE_BYTES_MAX), LINE_BYTES_MAX],
    ]);
  });

  it("finds the same lines however the bytes arrive", () => {
    const text = fc
      .array(
        fc.oneof(fc.constantFrom("\n", " ", "\r\n", "abc"), fc.string({ unit: "grapheme", maxLength: 30 })),
      )
      .map((all) => bytes(all.join("")));
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (all, cuts) => {
        expect(split(all, cuts)).toEqual(split(all));
      }),
    );
  });
});
