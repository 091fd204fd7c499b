/** Reverb's core against its dumb twin: the same outcomes, reports and sums for any history. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Aggregator } from "../../src/core/aggregator.ts";
import type { WindowDetail } from "../../src/core/summary.ts";
import { DumbReverb } from "../support/dumb-reverb.ts";
import { effort } from "../support/effort.ts";
import { type History, histories } from "../support/reverb-histories.ts";

const RUNS = effort({ test: 250, soak: 10_000 });
const STEPS = 120;

test("invariant R2 Aggregator gives what the specification says, for any history", () => {
  fc.assert(
    fc.property(histories({ steps: STEPS }), ({ settings, entries }: History) => {
      const core = new Aggregator(settings);
      const twin = new DumbReverb(settings);
      const closed: WindowDetail[] = [];
      for (const entry of entries) {
        expect(core.apply(entry)).toBe(twin.apply(entry));
        closed.push(...core.takeClosed());
        expect(core.newest?.index).toBe(twin.line.at(-1)?.frame.beat_index);
        expect(core.barLength).toBe(twin.barLength);
        expect(core.openWindows().map(({ windowId }) => windowId)).toEqual(
          twin.open.map(({ windowId }) => windowId).reverse(),
        );
      }
      expect(closed.map(withoutWords)).toEqual(twin.closed);
      for (const bar of twin.open) {
        const detail = core.openWindow(bar.windowId);
        expect(detail && withoutWords(detail)).toEqual(twin.detail(bar));
      }
      expect(claimSums(core)).toEqual(sumsOf(twin));
      expect(agentsIn(core)).toEqual(twin.agents());
    }),
    { numRuns: RUNS },
  );
});

function withoutWords({ issueDetails, lastUpdatedMs: _, position: _position, ...detail }: WindowDetail) {
  return { ...detail, issueDetails: issueDetails.map(({ text: __, ...issue }) => issue) };
}

function agentsIn(core: Aggregator): object {
  const agents: Record<string, object> = {};
  core.eachAgent((agent, windowId) => {
    expect(agents).not.toHaveProperty(agent.agentId);
    const { claims, state, taskId, beatIndex, progress, lastClaimMs } = agent;
    agents[agent.agentId] = { windowId, claims, state, taskId, beatIndex, progress, lastClaimMs };
    expect(core.findAgent(agent.agentId)?.agent.beatIndex).toBe(beatIndex);
  });
  return agents;
}

function claimSums({ tally }: Aggregator): Record<string, number> {
  return Object.fromEntries(Object.entries(tally.claims).filter(([, count]) => count > 0));
}

function sumsOf({ outcomes }: DumbReverb): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { of, outcome } of outcomes) if (of === "claim") sums[outcome] = (sums[outcome] ?? 0) + 1;
  return sums;
}
