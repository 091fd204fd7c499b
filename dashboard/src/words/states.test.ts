import { describe, expect, it } from "vitest";
import { cellSentence, type LaneFacts, laneSentence } from "./states.ts";

const facts = (more: Partial<LaneFacts> = {}): LaneFacts => ({
  agentId: "ci:7",
  state: "executing",
  presence: "progressing",
  trouble: "none",
  taskId: null,
  progress: null,
  ...more,
});

describe("words of lanes", () => {
  it("laneSentence says what is known, and each thing once", () => {
    expect(laneSentence(facts())).toBe("ci:7: executing");
    expect(laneSentence(facts({ taskId: "build-3", progress: 0.404 }))).toBe(
      "ci:7: executing, build-3, 40 %",
    );
    expect(laneSentence(facts({ trouble: "stalled" }))).toBe("ci:7: executing, stalled");
    expect(laneSentence(facts({ state: "blocked", trouble: "blocked", presence: "waiting" }))).toBe(
      "ci:7: blocked, waiting",
    );
    expect(laneSentence(facts({ state: "blocked", trouble: "cycle" }))).toBe("ci:7: blocked, in a circle");
    expect(laneSentence(facts({ presence: "silent", trouble: "silent" }))).toBe("ci:7: executing, silent");
  });

  it("cellSentence tells nothing seen from still to come", () => {
    const cell = { beat: 41, state: undefined, isFuture: false };
    expect(cellSentence(cell)).toBe("beat 41: no claim seen");
    expect(cellSentence({ ...cell, isFuture: true })).toBe("beat 41: still to come");
    expect(cellSentence({ ...cell, state: "idle", beatOfBar: 1, barLength: 8 })).toBe(
      "beat 41 (1 of 8): idle",
    );
  });
});
