import { describe, expect, it } from "vitest";
import { lettersPaint } from "../../../test/transcripts/paint.ts";
import type { Finding } from "../../nats/doctor/finding.ts";
import { paintFor } from "../paint.ts";
import { findingLines, jsonLines, sumLine } from "./render.ts";

const finding: Finding = {
  check: "jetstream",
  level: "problem",
  found: `a name that others gave: \u001b[31m${"word ".repeat(20)}end`,
  means: "it means this",
  fix: "do that",
};

describe("findingLines", () => {
  it("stands in columns, within 100, without what a terminal would obey", () => {
    const lines = findingLines(finding, paintFor(false));
    expect(lines).toEqual([
      "problem  jetstream       a name that others gave: ?[31mword word word word word word word word word",
      "                         word word word word word word word word word word word end",
      "                         it means this",
      "                         -> do that",
    ]);
  });

  it("colours the level, and nothing where no colours are wanted", () => {
    const [line] = findingLines({ check: "clock", level: "ok", found: "0 ms" }, lettersPaint);
    expect(line).toBe(`${lettersPaint.good("ok       ")}clock           0 ms`);
  });
});

describe("the sum", () => {
  it("counts each level, for people and for programs", () => {
    const findings = [finding, finding, { ...finding, level: "ok" as const }];
    expect(sumLine(findings)).toBe("2 problems, 0 warnings, 0 notes, 1 ok.");
    expect(jsonLines(findings).at(-1)).toBe('{"sum":{"ok":1,"note":0,"warning":0,"problem":2}}');
    expect(JSON.parse(jsonLines(findings)[0] ?? "")).toEqual(finding);
  });
});
