import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "./lines.ts";

/** The lines of a text that arrives in the given pieces. */
function linesOf(chunks: readonly Uint8Array[]): string[] {
  const taken: string[] = [];
  const lines = new Lines((line) => taken.push(line));
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  return taken;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("BACKBEAT-REQ-041 Lines", () => {
  it("ends a line at a line feed and at a carriage return, and passes over empty ones", () => {
    expect(linesOf([bytes("one\r\n\ntwo\r30%\r40%")])).toEqual(["one", "two", "30%", "40%"]);
  });

  it("drops colours and other control characters", () => {
    expect(linesOf([bytes("\u001b[1;32m50%\u001b[0m \u001b]0;title\u0007done\u0008\n")])).toEqual([
      "50% done",
    ]);
  });

  it("looks at no more than the beginning of an endless line, and at the next one in full", () => {
    const endless = Array.from({ length: 100 }, () => bytes("x".repeat(1_000)));
    const [first, second] = linesOf([...endless, bytes("\n50%\n")]);
    expect(first).toHaveLength(4_096);
    expect(second).toBe("50%");
  });

  it("finds the same lines however the bytes are cut, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat({ max: 60 })), (text, cuts) => {
        const whole = bytes(text);
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, place) => whole.subarray(places[place], end));
        expect(linesOf(pieces)).toEqual(linesOf([whole]));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        linesOf(chunks);
      }),
    );
  });
});
