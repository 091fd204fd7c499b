import { describe, expect, it } from "vitest";
import { judgeClock } from "./clock.ts";

const round = (offsetMs: number, roundTripMs: number) => ({
  sentAtMs: 1_000_000,
  storedAtMs: 1_000_000 + roundTripMs / 2 + offsetMs,
  knownAtMs: 1_000_000 + roundTripMs,
});

describe("judgeClock", () => {
  it.each([
    ["the same", [round(0, 2)], "ok", /0 ms ahead of ours, give or take 1\.0 ms/],
    ["at the bound", [round(500, 0)], "ok", /500 ms ahead/],
    ["above it", [round(502, 2)], "warning", /502 ms ahead/],
    ["behind", [round(-2_000, 10)], "warning", /2000 ms behind/],
    [
      "above it by less than the doubt",
      [round(600, 300)],
      "ok",
      /600 ms ahead of ours, give or take 150\.0 ms/,
    ],
    ["the quickest round counts", [round(900, 1_000), round(10, 1), round(-800, 400)], "ok", /10 ms ahead/],
    ["no round", [], "note", /not compared: no round/],
  ])("%s", (_name, rounds, level, found) => {
    expect(judgeClock({ kind: "measured", rounds })).toMatchObject({
      level,
      found: expect.stringMatching(found),
    });
  });

  it("says what hangs on it, and why it could not be measured", () => {
    expect(judgeClock({ kind: "measured", rounds: [round(9_000, 1)] }).means).toMatch(/on_time_reviews/);
    const finding = judgeClock({ kind: "not-measured", why: "not allowed" });
    expect(finding).toMatchObject({
      level: "note",
      found: expect.stringMatching(/not compared: not allowed/),
    });
  });
});
