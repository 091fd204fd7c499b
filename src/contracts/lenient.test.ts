import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyOf, damagedMessages } from "../../test/contracts/arbitrary-messages.ts";
import { claim, frame, report } from "../../test/contracts/example-messages.ts";
import { createDecoder, Refusal } from "./decode.ts";
import { encodeClaim, encodeFrame, encodeReport } from "./encode.ts";
import { noBends } from "./lenient.ts";

/** What a fresh lenient decoder makes of a message, and the bends that it counted. */
function bent(kind: "frame" | "claim" | "report", message: object) {
  const decoder = createDecoder();
  return [decoder[kind](bodyOf(message)), decoder.bends];
}

describe("BACKBEAT-REQ-020 lenient reading", () => {
  it("counts nothing for a message that fits", () => {
    expect(bent("claim", claim)).toEqual([claim, noBends()]);
  });

  it.each([
    ["done", "completed"],
    ["review", "reviewing"],
    ["waiting", "blocked"],
  ])("reads the state %s as %s", (alias, state) => {
    expect(bent("claim", { ...claim, state: alias })).toEqual([
      { ...claim, state },
      { ...noBends(), "state-alias": 1 },
    ]);
  });

  it("reads the phase work as execute", () => {
    expect(bent("frame", { ...frame, phase: "work" })).toEqual([
      { ...frame, phase: "execute" },
      { ...noBends(), "phase-alias": 1 },
    ]);
  });

  it("ignores unknown members and counts each", () => {
    for (const [kind, message] of Object.entries({ frame, claim, report })) {
      expect(bent(kind as "frame", { ...message, zeal: 1, brio: {} })).toEqual([
        message,
        { ...noBends(), "unknown-member": 2 },
      ]);
    }
  });

  it("reads null as not given, also within resources, and counts each", () => {
    const nulls = { task_id: null, progress: null, notes: null, dependencies: null, metadata: null };
    expect(bent("claim", { ...claim, ...nulls, resources: { cpu_percent: null, memory_mb: 5 } })).toEqual([
      { ...claim, resources: { memory_mb: 5 } },
      { ...noBends(), "null-member": 6 },
    ]);
    expect(bent("report", { ...report, issues: null })).toEqual([report, { ...noBends(), "null-member": 1 }]);
  });

  it("leaves null alone in an open member", () => {
    const open = { ...claim, metadata: { error_code: null } };
    expect(bent("claim", open)).toEqual([open, noBends()]);
  });

  it("reads a missing progress or beats_left as not given", () => {
    const [outcome] = bent("claim", claim);
    expect(outcome).not.toHaveProperty("progress");
    expect(outcome).not.toHaveProperty("beats_left");
  });

  it.each([
    ["019ca8e40a10:00000003:5e1f", "0a10:0003:5e1f"],
    ["18ee1b2c3d4:0:worker-7", "c3d4:0000:0000"],
    ["18ee1b2c3d4:1ffff:abcdef0123", "c3d4:ffff:0123"],
    ["12345:abc:node", "2345:0abc:0000"],
    ["f:f:f", "000f:000f:000f"],
    ["18ee1b2c3d4:0:service:instance", "c3d4:0000:0000"],
  ])("shortens the long clock %s to %s", (long, short) => {
    expect(bent("claim", { ...claim, hlc: long })).toEqual([
      { ...claim, hlc: short },
      { ...noBends(), "long-hlc": 1 },
    ]);
  });

  it.each([
    "",
    ":",
    "::",
    "7ffd:0001",
    "7ffd:0001:",
    "xyz:0:node",
    "7ffd:0001:wxyz",
    "7ffd-0001-abcd",
    "1:2:\n",
  ])("refuses the clock %j, and counts no bend", (hlc) => {
    const [outcome, bends] = bent("claim", { ...claim, hlc });
    expect(outcome).toMatchObject({ reason: "out-of-limits", member: "/hlc" });
    expect(bends).toEqual(noBends());
  });

  it("counts no bend of a message that it refuses in the end", () => {
    const hopeless = { ...claim, state: "done", notes: null, extra: 1, progress: 7 };
    const [outcome, bends] = bent("claim", hopeless);
    expect(outcome).toMatchObject({ reason: "out-of-limits", member: "/progress" });
    expect(bends).toEqual(noBends());
  });

  it("refuses null and unknown words where a value is required", () => {
    expect(bent("claim", { ...claim, state: null })[0]).toMatchObject({ reason: "missing-member" });
    expect(bent("claim", { ...claim, state: "DONE" })[0]).toMatchObject({ reason: "out-of-limits" });
    expect(bent("frame", { ...frame, phase: "done" })[0]).toMatchObject({ reason: "out-of-limits" });
  });

  it("yields only messages that may be sent again as they are", () => {
    const decoder = createDecoder();
    const encode = { frame: encodeFrame, claim: encodeClaim, report: encodeReport };
    const strict = createDecoder({ mode: "strict" });
    fc.assert(
      fc.property(damagedMessages, ([kind, value]) => {
        const message = decoder[kind](bodyOf(value));
        if (message instanceof Refusal) return;
        expect(strict[kind](encode[kind](message as never))).not.toBeInstanceOf(Refusal);
      }),
      { numRuns: 1_000 },
    );
  });
});
