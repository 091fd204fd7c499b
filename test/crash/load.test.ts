import { describe, expect, it } from "vitest";
import { acknowledgedAt, type LogLine, logLinesIn, logText } from "./load.ts";

describe("the log of the crash tests' generator", () => {
  it("takes for acknowledged what was stored, and nothing that was refused", () => {
    expect(acknowledgedAt('{"stream":"S","seq":7}')).toBe(7);
    const refused = '{"error":{"code":503,"err_code":10077,"description":"maximum"},"stream":"S","seq":0}';
    for (const text of ["", refused, '{"stream":"S","seq":0}']) expect(acknowledgedAt(text)).toBeUndefined();
  });

  it("is read as far as its last whole line, while it is written", () => {
    const lines: LogLine[] = [
      { kind: "claim", id: 1, beat: 2, seq: 3 },
      { kind: "frame", beat: 4, windowId: "w", seq: 5, sentAtMs: 6.5 },
    ];
    const text = lines.map(logText).join("");
    expect([...logLinesIn(text)]).toEqual(lines);
    expect([...logLinesIn(text.slice(0, -2))]).toEqual(lines.slice(0, 1));
    expect([...logLinesIn("c 1")]).toEqual([]);
  });
});
