import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf } from "./document.ts";
import type { Piece } from "./piece.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Pieces as plain values: line, entry and text, or what is broken. */
function shown(pieces: Iterable<Piece>): readonly unknown[] {
  return [...pieces].map((piece) =>
    "broken" in piece
      ? [piece.line, piece.broken]
      : [piece.line, piece.entry, new TextDecoder().decode(piece.body)],
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("OBS-003 piecesOf", () => {
  it("takes a text that is no array as one message, wherever it begins", () => {
    expect(shown(piecesOf(bytes('{"a":1}')))).toEqual([[1, undefined, '{"a":1}']]);
    expect(shown(piecesOf(bytes('\n \n\t{\n"a": [1,\n2]}\n\n')))).toEqual([
      [3, undefined, '{\n"a": [1,\n2]}'],
    ]);
    expect(shown(piecesOf(bytes("1"), 7))).toEqual([[7, undefined, "1"]]);
  });

  it("finds nothing in blanks and in an empty array", () => {
    for (const text of ["", " \n\t\r\n", "[]", "\n[ \n ]\n"])
      expect(shown(piecesOf(bytes(text)))).toEqual([]);
  });

  it("finds each entry of an array, and the line where it begins", () => {
    const text = '\n[\n  {"a": "],[{\\"\\\\"},\n\n  [1,\n2], 3 ,\n"}"\n]\n';
    expect(shown(piecesOf(bytes(text)))).toEqual([
      [3, 1, '{"a": "],[{\\"\\\\"}'],
      [5, 2, "[1,\n2]"],
      [6, 3, "3"],
      [7, 4, '"}"'],
    ]);
  });

  it.each([
    ["[1,]", [2, ""]],
    ["[,]", [1, ""]],
    ["[1,,2]", [2, ""]],
  ])("hands on an entry that is missing in %s as an empty one", (text, [entry, body]) => {
    expect(shown(piecesOf(bytes(text)))).toContainEqual([1, entry, body]);
  });

  it("finds the entries after one that closes more than it opens", () => {
    expect(shown(piecesOf(bytes('[1}},\n{"a":2}]')))).toEqual([
      [1, 1, "1}}"],
      [2, 2, '{"a":2}'],
    ]);
  });

  it("says that an array does not end, after its entries", () => {
    expect(shown(piecesOf(bytes("[1,\n2\n")))).toEqual([
      [1, 1, "1"],
      [2, 2, "2"],
      [3, "is not JSON: the file ends within an array, expected ]"],
    ]);
  });

  it("says that something follows an array, and where", () => {
    expect(shown(piecesOf(bytes('[1\n]\n\n{"type":1}')))).toEqual([
      [1, 1, "1"],
      [4, "is not JSON: there is more after the array, expected the end of the file"],
    ]);
  });

  it("finds the entries of any array, however it is written", () => {
    const blanks = fc
      .array(fc.constantFrom(" ", "\n", "\r\n", "\t"), { maxLength: 4 })
      .map((all) => all.join(""));
    const indent = fc.constantFrom(0, 2, "\t");
    const entries = fc.array(fc.tuple(blanks, fc.jsonValue(), indent, blanks), { minLength: 1 });
    fc.assert(
      fc.property(blanks, entries, blanks, (before, all, after) => {
        let text = `${before}[`;
        const expected = all.map(([lead, value, space, trail], at) => {
          const entry = JSON.stringify(value, undefined, space);
          text += at === 0 ? lead : `,${lead}`;
          const line = text.split("\n").length;
          text += entry + trail;
          return [line, at + 1, entry];
        });
        expect(shown(piecesOf(bytes(`${text}]${after}`)))).toEqual(expected);
      }),
    );
  });

  it("with a JSON parser for the entries refuses exactly what a JSON parser refuses", () => {
    const soup = fc
      .array(
        fc.constantFrom("[", "]", "{", "}", ",", ":", '"', "\\", "1", "a", " ", "\n", '"a":1', "[]", "{}"),
      )
      .map((all) => all.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          soup.map((text) => `[${text}]`),
          soup.map((text) => `[${text}`),
        ),
        (text) => {
          fc.pre(text.trim() !== "");
          const allGood = [...piecesOf(bytes(text))].every(
            (piece) => !("broken" in piece) && isJson(new TextDecoder().decode(piece.body)),
          );
          expect(allGood).toBe(isJson(text));
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
