import { describe, expect, it } from "vitest";
import { claimOf } from "../../test/support/messages.ts";
import { ReverbScenario } from "../../test/support/reverb-scenario.ts";
import { encodeClaim } from "../contracts/encode.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { restoreAggregator, snapshotOf } from "./snapshot.ts";

/** A story at beat 1; `claim(7)` is the seventh that the agent signed. */
function story(limits: object = {}) {
  const told = new ReverbScenario({ limits });
  told.frame(1);
  let seq = 1_000;
  const claim = (sequence: number, { beat = 1, says = sequence } = {}) => {
    const said = claimOf("a", beat, { notes: `claim ${says}` });
    seq += 1;
    return told.core.apply({
      ...{ kind: "claim", claim: said, fingerprint: fingerprintOf(encodeClaim(said)), sequence },
      ...{ seq, timeMs: seq },
    });
  };
  return { told, claim };
}

describe("BACKBEAT-REQ-044 CountedSequences", () => {
  it("finds a claim that comes again, by its bytes or, behind the ring, by its sequence", () => {
    const { claim, told } = story();
    for (let number = 1; number <= 200; number += 1) expect(claim(number)).toBe("counted");
    for (let number = 137; number <= 200; number += 1) expect(claim(number)).toBe("duplicate");
    for (let number = 1; number <= 136; number += 1) expect(claim(number)).toBe("refused-replayed");
    told.frames(2, 10);
    expect(told.bar(1).conservation).toEqual({
      received: 400,
      counted: 200,
      duplicate: 64,
      late: 0,
      refused: { replayed: 136 },
    });
    expect(told.issue(1, "invalid_messages")).toMatchObject({ count: 136 });
  });

  it("takes claims that overtake each other, as far as fingerprints reach", () => {
    const { claim } = story({ fingerprintsPerAgent: 4 });
    expect([4, 3, 2, 1].map((number) => claim(number))).toEqual(Array(4).fill("counted"));
    expect(claim(8)).toBe("counted");
    // 4 has left the ring, so what is not above it cannot be told from what was counted.
    expect([4, 3].map((number) => claim(number))).toEqual(["refused-replayed", "duplicate"]);
    expect(claim(3, { says: 99 })).toBe("refused-replayed");
    expect(claim(5)).toBe("counted");
  });

  it("a claim that was held for its beat is none that comes again", () => {
    const { claim, told } = story({ fingerprintsPerAgent: 1 });
    expect(claim(1, { beat: 2 })).toBe("held");
    expect(claim(2)).toBe("counted");
    told.frame(2);
    expect(told.core.tally.claims).toMatchObject({ counted: 2, held: 0 });
  });

  it("a claim that is signed anew is a duplicate by its bytes, whatever its sequence", () => {
    const { claim } = story();
    expect([claim(1), claim(2, { says: 1 }), claim(3)]).toEqual(["counted", "duplicate", "counted"]);
  });

  it("begins anew with each bar: a caught claim names a beat of its own bar", () => {
    const { claim, told } = story({ fingerprintsPerAgent: 1 });
    for (const number of [10, 11, 12]) claim(number);
    told.frames(2, 10);
    expect(claim(10)).toBe("late");
    expect([claim(5, { beat: 9 }), claim(6, { beat: 9 }), claim(5, { beat: 9 })]).toEqual([
      "counted",
      "counted",
      "refused-replayed",
    ]);
  });

  it("survives a snapshot", () => {
    const { claim, told } = story({ fingerprintsPerAgent: 2 });
    for (const number of [1, 2, 3, 4]) claim(number);
    const settings = { clusterId: "test", barLength: 8, limits: { fingerprintsPerAgent: 2 } };
    const restored = restoreAggregator(settings, Buffer.concat([...snapshotOf(told.core)]));
    const again = (sequence: number) => {
      const said = claimOf("a", 1, { notes: `claim ${sequence}` });
      const fingerprint = fingerprintOf(encodeClaim(said));
      return restored.apply({ kind: "claim", claim: said, fingerprint, sequence, seq: 9_999, timeMs: 1 });
    };
    expect([1, 2, 3, 4, 5].map(again)).toEqual([
      ...["refused-replayed", "refused-replayed", "duplicate", "duplicate", "counted"],
    ]);
  });
});
