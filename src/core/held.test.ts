import { describe, expect, test } from "vitest";
import { claimOf } from "../../test/support/messages.ts";
import type { StatusClaim } from "../contracts/status-claim.ts";
import type { ClaimEntry } from "./entry.ts";
import { HeldClaims } from "./held.ts";

let seq = 0;

function entryOf(beat: number, members: Partial<StatusClaim> = {}): ClaimEntry {
  seq += 1;
  return { kind: "claim", claim: claimOf("a", beat, members), fingerprint: seq, seq, timeMs: seq };
}

describe("BACKBEAT-REQ-020 HeldClaims", () => {
  test("gives back the claims of a range of beats, once, in order of arrival", () => {
    const held = new HeldClaims({ heldClaims: 10, dependenciesPerClaim: 32 });
    const entries = [7, 5, 9, 5, 6].map((beat) => entryOf(beat));
    for (const entry of entries) expect(held.hold(entry, { seq: 1 })).toBe(true);
    expect(held.take(5, 7)).toEqual([entries[0], entries[1], entries[3], entries[4]]);
    expect(held.take(5, 7)).toEqual([]);
    expect(held.size).toBe(1);
  });

  test("invariant R4 holds no more than the limit, and has room again once claims have landed", () => {
    const held = new HeldClaims({ heldClaims: 2, dependenciesPerClaim: 32 });
    expect([
      held.hold(entryOf(1), { seq: 1 }),
      held.hold(entryOf(2), { seq: 1 }),
      held.hold(entryOf(3), { seq: 1 }),
    ]).toEqual([true, true, false]);
    held.take(0, 1);
    expect(held.hold(entryOf(3), { seq: 1 })).toBe(true);
    expect(held.size).toBe(2);
  });

  test("invariant R4 keeps of a claim only what the core reads", () => {
    const held = new HeldClaims({ heldClaims: 2, dependenciesPerClaim: 2 });
    const large = "x".repeat(10_000);
    held.hold(
      entryOf(1, {
        resources: { cpu_percent: 3 },
        dependencies: ["b", "c", "d"],
        notes: "short",
        metadata: { next_beat: 4, secret_rotation: "ok", large, nested: { large } },
      }),
      { seq: 1 },
    );
    held.hold(entryOf(1, { metadata: { next_beat: large, secret_rotation: large } }), { seq: 1 });
    const [first, second] = held.take(1, 1);
    expect(first?.claim).toEqual(
      claimOf("a", 1, {
        dependencies: ["b", "c"],
        notes: "short",
        metadata: { next_beat: 4, secret_rotation: "ok" },
      }),
    );
    expect(second?.claim.metadata).toEqual({});
    expect(held.dependenciesCut).toBe(1);
  });
});
