import { describe, expect, it } from "vitest";
import { createDecoder, encodeClaim, Refusal } from "../contracts/index.ts";
import { waitCycles } from "../core/wait-graph.ts";
import { CAST_MAX, createCast } from "./cast.ts";

/** Two minutes of beats of a second. */
const BEATS = Array.from({ length: 120 }, (_, index) => index + 1);

const played = BEATS.map((beat) => createCast(CAST_MAX).flatMap((member) => member.claims(beat)));
const all = played.flat();

describe("BACKBEAT-REQ-041 createCast", () => {
  it("is a dozen agents, of which fewer may play", () => {
    expect(CAST_MAX).toBe(12);
    expect(createCast(3).map(({ agentId }) => agentId)).toEqual(["build:web", "build:api", "test:e2e"]);
    expect(new Set(all.map((claim) => claim.agent_id)).size).toBe(12);
  });

  it("says only what the wire allows", () => {
    const decoder = createDecoder({ mode: "strict" });
    for (const draft of all) {
      const claim = { type: "backbeat.statusclaim.v1", hlc: "0000:0000:0000", ...draft } as const;
      expect(decoder.claim(encodeClaim(claim))).not.toBeInstanceOf(Refusal);
    }
  });

  it("shows everything within two minutes: each state, a circle of waiting, a standstill, silences, help kept", () => {
    expect(new Set(all.map(({ state }) => state))).toEqual(
      new Set(["idle", "planning", "executing", "reviewing", "completed", "failed", "blocked", "helping"]),
    );
    const circles = played.map((claims) =>
      waitCycles(
        new Map(
          claims
            .filter(({ state }) => state === "blocked")
            .map((one) => [one.agent_id, one.dependencies ?? []]),
        ),
      ),
    );
    expect(circles.filter((found) => found.length > 0).length).toBeGreaterThanOrEqual(14);
    const stuck = all.filter((claim) => claim.task_id === "checkout" && claim.progress === 0.62);
    expect(stuck.length).toBeGreaterThan(16);
    const crawler = new Set(
      all.filter((claim) => claim.agent_id === "crawler:eu").map((one) => one.beat_index),
    );
    expect(BEATS.filter((beat) => !crawler.has(beat)).length).toBeGreaterThanOrEqual(24);
    expect(all.some(({ metadata }) => metadata?.next_beat !== undefined)).toBe(true);
    expect(all.some(({ progress, state }) => state === "helping" && progress === 1)).toBe(true);
  });

  it("plays the same whenever it is joined", () => {
    const late = createCast(CAST_MAX).flatMap((member) => member.claims(77));
    expect(late).toEqual(played[76]);
  });
});
