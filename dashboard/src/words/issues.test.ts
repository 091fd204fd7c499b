import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SEVERITY_OF } from "../../../src/core/issues.ts";
import { issueSentence, severityRank, worstFirst } from "./issues.ts";

describe("issues", () => {
  it("BACKBEAT-REQ-021 issueSentence says what each category means and what to do, for one and for many", () => {
    for (const category of Object.keys(SEVERITY_OF)) {
      const one = issueSentence(category, 1);
      const many = issueSentence(category, 1_200);
      expect(one.what).toMatch(/^1 [a-z]/);
      expect(many.what).toMatch(/^1,200 [a-z]/);
      expect(one.todo).toMatch(/[.]$/);
    }
  });

  it("BACKBEAT-REQ-021 issueSentence shows a foreign category as it was written", () => {
    expect(issueSentence("gremlins_in_bus", 3)).toEqual({ what: "3 × gremlins in bus", todo: "" });
    expect(issueSentence("toString", 3).what).toBe("3 × toString");
  });

  it("BACKBEAT-REQ-021 worstFirst orders by severity, then category, unknown severities last", () => {
    const issues = [
      { severity: "fatal", category: "x", count: 1 },
      { severity: "info", category: "partial_window", count: 1 },
      { severity: "error", category: "wait_cycle", count: 1 },
      { severity: "error", category: "failed_tasks", count: 1 },
      { severity: "critical", category: "secret_rotation", count: 1 },
    ];
    expect(worstFirst(issues).map(({ category }) => category)).toEqual([
      "secret_rotation",
      "failed_tasks",
      "wait_cycle",
      "partial_window",
      "x",
    ]);
    expect(severityRank("critical")).toBe(0);
  });

  it("issueSentence covers what docs/operations.md covers", () => {
    const docs = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const rows = docs.match(/^\| `([a-z_]+)` \| (critical|error|warning|info) \|/gm) ?? [];
    const named = rows.map((row) => /`([a-z_]+)`/.exec(row)?.[1] ?? "");
    expect(named.length).toBeGreaterThan(10);
    for (const category of named) expect(issueSentence(category, 2).todo).not.toBe("");
  });
});
