import { describe, expect, it } from "vitest";
import { type HeardReport, heardTwice } from "./heard-twice.ts";

const heard: readonly HeardReport[] = [
  { windowId: "a", seq: 2, atMs: 1_000 },
  { windowId: "b", seq: 3, atMs: 2_000 },
  { windowId: "b", seq: 3, atMs: 8_500 },
];

describe("reports that are on the wire twice", () => {
  it("R1 are a fault on one server, and on several the same record, said again by a new leader", () => {
    expect(heardTwice(heard, { isCluster: false })).toEqual({
      faults: ["window b was on the wire 2 times, as records 3, 3, 6500 ms apart"],
      repeated: 0,
    });
    expect(heardTwice(heard, { isCluster: true })).toEqual({ faults: [], repeated: 1 });
  });

  it("R1 are a fault anywhere where they are two records", () => {
    const two = [...heard, { windowId: "b", seq: 4, atMs: 9_000 }];
    expect(heardTwice(two, { isCluster: true }).faults).toEqual([
      "window b was on the wire 3 times, as records 3, 3, 4, 7000 ms apart",
    ]);
  });
});
