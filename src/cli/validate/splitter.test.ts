import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BODY_BYTES_MAX } from "../../contracts/decode.ts";
import { BackbeatError } from "../../errors.ts";
import type { Piece } from "./piece.ts";
import { type Layout, Splitter } from "./splitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

interface SplitOptions {
  readonly layout?: Layout;
  /** Bytes per chunk; default: all at once. */
  readonly chunkBytes?: number;
}

function split(text: Uint8Array, { layout = "detect", chunkBytes = text.length }: SplitOptions = {}) {
  const splitter = new Splitter({ layout });
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at += chunkBytes)
    pieces.push(...splitter.push(text.subarray(at, at + chunkBytes)));
  pieces.push(...splitter.end());
  return pieces.map((piece) =>
    "broken" in piece ? [piece.line, "broken"] : [piece.line, new TextDecoder().decode(piece.body)],
  );
}

describe("OBS-003 Splitter", () => {
  it("reads lines where the first that is not blank is an object of its own", () => {
    expect(split(bytes('\n {"a":1} \n{"b":\n\n[]'))).toEqual([
      [2, '{"a":1}'],
      [3, '{"b":'],
      [5, "[]"],
    ]);
  });

  it("reads any other text whole", () => {
    expect(split(bytes('\n{\n"a":1}\n'))).toEqual([[2, '{\n"a":1}']]);
    expect(split(bytes('{"a":1,\n"b":2}'))).toEqual([[1, '{"a":1,\n"b":2}']]);
    expect(split(bytes('\n\n[{"a":1},\n{"b":2}]'))).toEqual([
      [3, '{"a":1}'],
      [4, '{"b":2}'],
    ]);
  });

  it("reads lines whatever the first one is, where the layout is given", () => {
    expect(split(bytes('{"a":\n{"b":1}'), { layout: "lines" })).toEqual([
      [1, '{"a":'],
      [2, '{"b":1}'],
    ]);
  });

  it("finds nothing in nothing", () => {
    for (const text of ["", " ", "\n\n", "\ufeff", "[]", "\ufeff\n[\n]"])
      expect(split(bytes(text))).toEqual([]);
  });

  it("passes over a byte order mark, but only at the start", () => {
    expect(split(bytes('\ufeff{"a":1}\n{"b":2}'))).toEqual([
      [1, '{"a":1}'],
      [2, '{"b":2}'],
    ]);
    expect(split(bytes("\ufeff[1]"), { chunkBytes: 1 })).toEqual([[1, "1"]]);
    expect(split(bytes('{"a":1}\n\ufeff{"b":2}')).length).toBe(2);
  });

  it("says once of UTF-16 that it is that, however the bytes arrive", () => {
    const wide = Buffer.from('\ufeff{"a":1}\n{"b":2}\n', "utf16le");
    for (const layout of ["lines", "detect"] as const)
      for (const chunkBytes of [1, 3, wide.length])
        expect(split(wide, { layout, chunkBytes })).toEqual([[1, "broken"]]);
  });

  it("finds the same however the bytes arrive", () => {
    const part = fc.constantFrom(
      " ",
      "\n",
      "[",
      "]",
      "{",
      "}",
      ",",
      '"',
      "\\",
      "1",
      '{"a":1}',
      "\ufeff",
      "é",
    );
    const layouts = fc.constantFrom<Layout>("lines", "detect");
    fc.assert(
      fc.property(fc.array(part), layouts, fc.integer({ min: 1, max: 5 }), (parts, layout, chunkBytes) => {
        const text = bytes(parts.join(""));
        expect(split(text, { layout, chunkBytes })).toEqual(split(text, { layout }));
      }),
      { numRuns: 2_000 },
    );
  });

  it("hands lines on as they come", () => {
    const splitter = new Splitter({ layout: "detect" });
    expect([...splitter.push(bytes('{"a"'))]).toEqual([]);
    expect([...splitter.push(bytes(":1}\n"))].length).toBe(1);
    expect([...splitter.push(bytes('{"b":2}\n{'))].length).toBe(1);
  });

  it("invariant R4: a first line that is longer than a message is not held", () => {
    const long = `{"a":"${"x".repeat(BODY_BYTES_MAX)}"}`;
    const splitter = new Splitter({ layout: "detect", documentBytesMax: 2 * BODY_BYTES_MAX });
    const pieces: Piece[] = [];
    for (const chunk of [long.slice(0, 50), long.slice(50), long, `${long}\n{"b":2}`])
      pieces.push(...splitter.push(bytes(chunk)));
    pieces.push(...splitter.end());
    expect(pieces.map((piece) => [piece.line, (piece as { bytes: number }).bytes])).toEqual([
      [1, 3 * long.length],
      [2, 7],
    ]);
  });

  it("invariant R4: leading blank lines are not held", () => {
    const splitter = new Splitter({ layout: "detect", documentBytesMax: 100 });
    for (let line = 0; line < 100; line += 1) expect([...splitter.push(bytes("    \n"))]).toEqual([]);
    expect([...splitter.push(bytes("{}\n"))]).toMatchObject([{ line: 101 }]);
  });

  it("invariant R4: refuses a JSON text above its limit, and says what to do", () => {
    const splitter = new Splitter({ layout: "detect", documentBytesMax: 10 });
    expect(() => [...splitter.push(bytes("[\n1,2,3,4,5,6]"))]).toThrow(BackbeatError);
    expect(() => [...new Splitter({ layout: "detect", documentBytesMax: 1 }).push(bytes("[\n"))]).toThrow(
      "more than 1 bytes, the limit of a JSON text; write one message per line (JSON Lines)",
    );
  });
});
