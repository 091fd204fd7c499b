import { describe, expect, it } from "vitest";
import { SEVERITY_OF } from "../../core/issues.ts";
import { ISSUE_WORDS_MAX, issueWords } from "./issue-words.ts";

describe("issueWords", () => {
  it("BACKBEAT-REQ-021 issueWords has words for each issue that a report may carry, one and many, short enough", () => {
    for (const category of Object.keys(SEVERITY_OF)) {
      for (const count of [0, 1, 2]) {
        const words = issueWords(category, count);
        expect(words).not.toBe(category.replaceAll("_", " "));
        expect(words.length).toBeLessThanOrEqual(ISSUE_WORDS_MAX);
      }
    }
  });

  it("BACKBEAT-REQ-021 issueWords says what another writer wrote, made harmless", () => {
    expect(issueWords("disk_full", 2)).toBe("disk full");
    expect(issueWords("constructor", 1)).toBe("constructor");
    expect(issueWords("\u001b[2Jbad\u009bthing", 1)).toBe("?[2Jbad?thing");
    expect(issueWords("x".repeat(500), 1)).toHaveLength(ISSUE_WORDS_MAX);
  });
});
