import { describe, expect, test } from "vitest";
import { claimOf } from "../../test/support/messages.ts";
import { BarAgents } from "./bar-agents.ts";
import { KnownAgents } from "./known-agents.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const AGENTS = 1_000;

/** Counts one claim of an agent in a bar. */
function count(known: KnownAgents, bar: BarAgents, agentId: string): number {
  const row = known.rowOf(agentId) ?? known.add(agentId);
  const entry = { kind: "claim", claim: claimOf(agentId, 1), fingerprint: 1, seq: 1, timeMs: 1 } as const;
  bar.reach(row);
  bar.count(row, entry);
  known.note(row, entry, bar);
  return row;
}

describe("invariant R4 KnownAgents", () => {
  test("rows stay in proportion to the agents of three bars, whoever comes and goes", () => {
    const known = new KnownAgents();
    for (let number = 1; number <= 50; number += 1) {
      const bar = new BarAgents(DEFAULT_LIMITS).begin(number);
      for (let agent = 0; agent < AGENTS; agent += 1) count(known, bar, `bar-${number}:${agent}`);
      known.forgetBefore(number - 1);
    }
    expect(known.rowCount).toBeLessThanOrEqual(4 * AGENTS);
    expect(known.rowOf("bar-1:0")).toBeUndefined();
    expect(known.rowOf("bar-50:0")).toBeDefined();
  });

  test("an agent keeps its row while it is remembered, and two agents never share one", () => {
    const known = new KnownAgents();
    const rows = new Set<number>();
    for (let number = 1; number <= 20; number += 1) {
      const bar = new BarAgents(DEFAULT_LIMITS).begin(number);
      rows.add(count(known, bar, "stays"));
      for (let agent = 0; agent < 10; agent += 1) {
        const row = count(known, bar, `bar-${number}:${agent}`);
        expect(rows).not.toContain(row);
        expect(known.ids[row]).toBe(`bar-${number}:${agent}`);
      }
      known.forgetBefore(number - 1);
    }
    expect(rows.size).toBe(1);
  });
});
