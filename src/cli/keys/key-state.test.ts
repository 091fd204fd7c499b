import { describe, expect, it } from "vitest";
import { testKey } from "../../../test/support/claim-keys.ts";
import { paintFor } from "../paint.ts";
import { agentsWithoutKey, keyState, keyTable } from "./key-state.ts";

const DAY_MS = 86_400_000;
const FROM_MS = Date.parse("2026-03-01T00:00:00Z");
const keyOf = (agent: string, days: number) =>
  testKey(agent, { notBeforeMs: FROM_MS, notAfterMs: FROM_MS + days * DAY_MS }).key;

describe("BACKBEAT-REQ-044 keyState", () => {
  it.each([
    [-1, "not yet"],
    [0, "valid"],
    [75.9, "valid"],
    [76, "expiring soon"],
    [89.9, "expiring soon"],
    [90, "expired"],
  ])("after %d of 90 days it is %s", (days, state) => {
    expect(keyState(keyOf("a", 90), FROM_MS + days * DAY_MS)).toBe(state);
  });

  it("names the agents of which no key is good", () => {
    const keys = [keyOf("a", 1), keyOf("a", 90), keyOf("b", 1), keyOf("c:*", 2)];
    expect(agentsWithoutKey(keys, FROM_MS + 1.5 * DAY_MS)).toEqual(["b"]);
    // They need not sign yet.
    expect(agentsWithoutKey(keys, FROM_MS - 1)).toEqual([]);
  });

  it("shows keys in columns", () => {
    const lines = keyTable([keyOf("worker:*", 90), keyOf("b", 1)], {
      nowMs: FROM_MS + 2 * DAY_MS,
      paint: paintFor(false),
    });
    expect(lines).toEqual([
      "agent     key id  from               until              state",
      "worker:*  k1      2026-03-01T00:00Z  2026-05-30T00:00Z  valid, for 88 d",
      "b         k1      2026-03-01T00:00Z  2026-03-02T00:00Z  expired, 1 d ago",
    ]);
  });
});
