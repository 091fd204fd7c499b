import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHeaders } from "./parse-headers.ts";

const read = (text: string) => parseHeaders(new TextEncoder().encode(text));

describe("BACKBEAT-REQ-044 parseHeaders", () => {
  it("finds a name at the begin of a line, by case, the first of several", () => {
    const headers = read("NATS/1.0\r\nXA: 0\r\nA:  1 \r\nA: 2\r\na: 3\r\nB:\r\nC: d: e\r\n\r\n");
    expect(["A", "a", "B", "C", "XA", "D", "NATS/1.0", ""].map((name) => headers.get(name))).toEqual([
      ...["1", "3", "", "d: e", "0", "", "", ""],
    ]);
  });

  it("reads headers that were cut, and a line that has no end", () => {
    expect(read("NATS/1.0\r\nA: 1\r\nB: 2").get("B")).toBe("2");
    expect(read("NATS/1.0\r\nA: 1\r\nB").get("B")).toBe("");
    expect(read("").get("A")).toBe("");
  });

  it("reads what was written, and never throws", () => {
    const names = fc.stringMatching(/^[A-Za-z-]{1,9}$/);
    const values = fc.stringMatching(/^[!-~]([ -~]{0,9}[!-~])?$/);
    fc.assert(
      fc.property(fc.dictionary(names, values), names, (dictionary, other) => {
        const given = new Map(Object.entries(dictionary));
        const lines = [...given].map(([name, value]) => `${name}: ${value}\r\n`);
        const headers = read(`NATS/1.0\r\n${lines.join("")}\r\n`);
        for (const [name, value] of given) expect(headers.get(name)).toBe(value);
        expect(headers.get(other)).toBe(given.get(other) ?? "");
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(typeof parseHeaders(bytes).get("A")).toBe("string");
      }),
    );
  });
});
