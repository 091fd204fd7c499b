import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claims, frames, reports } from "../../test/contracts/arbitrary-messages.ts";
import { claim, frame, report } from "../../test/contracts/example-messages.ts";
import { BackbeatError } from "../errors.ts";
import { BODY_BYTES_MAX, createDecoder } from "./decode.ts";
import { encodeClaim, encodeFrame, encodeReport, roundDriftMs } from "./encode.ts";

const strict = createDecoder({ mode: "strict" });
const text = (body: Uint8Array) => new TextDecoder().decode(body);
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

function errorOf(action: () => unknown): BackbeatError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof BackbeatError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

describe("BACKBEAT-REQ-002 encodeFrame", () => {
  it("writes a whole tempo without a fraction", () => {
    expect(text(encodeFrame({ ...frame, tempo_bpm: 2.0 }))).toContain('"tempo_bpm":2,');
    expect(text(encodeFrame({ ...frame, tempo_bpm: 23 / 10 }))).toContain('"tempo_bpm":2.3,');
  });

  it("writes the members in the order of the schema, without blanks", () => {
    const reversed = Object.fromEntries(Object.entries(frame).reverse());
    expect(text(encodeFrame(reversed as typeof frame))).toBe(JSON.stringify(frame));
  });

  it("comes back from the strict decoder as it went in", () => {
    fc.assert(
      fc.property(frames, (message) => {
        expect(strict.frame(encodeFrame(message))).toEqual(asJson(message));
      }),
    );
  });

  it.each([
    ["tempo_bpm", 2.25, "/tempo_bpm is 2.25, must be multiple of 0.1"],
    ["tempo_bpm", Number.NaN, "/tempo_bpm is NaN, must be number"],
    ["beat_index", 2 ** 53, "/beat_index is above 2^53-1"],
    ["beat_index", -1, "/beat_index is -1, must be >= 0"],
    ["window_id", "short", '/window_id is "short", must match pattern'],
    ["epoch", 3, "/epoch is no member of backbeat.beatframe.v1"],
  ])("refuses a wrong %s and says why", (member, value, why) => {
    const error = errorOf(() => encodeFrame({ ...frame, [member]: value }));
    expect(error.code).toBe("bad-message");
    expect(error.message).toContain(`Cannot write a backbeat.beatframe.v1: ${why}`);
    expect(error.data.member).toBe(`/${member}`);
  });
});

describe("BACKBEAT-REQ-041 encodeClaim", () => {
  it("comes back from the strict decoder as it went in", () => {
    fc.assert(
      fc.property(claims, (message) => {
        expect(strict.claim(encodeClaim(message))).toEqual(asJson(message));
      }),
    );
  });

  it("leaves out what is undefined", () => {
    expect(text(encodeClaim({ ...claim, notes: undefined } as never))).toBe(text(encodeClaim(claim)));
  });

  it("refuses metadata that JSON cannot hold, as a BackbeatError", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const metadata of [{ big: 1n }, circle]) {
      const error = errorOf(() => encodeClaim({ ...claim, metadata }));
      expect(error.code).toBe("bad-message");
      expect(error.message).toContain("it does not fit JSON");
      expect(error.cause).toBeInstanceOf(TypeError);
    }
  });

  it("refuses a claim that readers would refuse for its size", () => {
    const metadata = { log: "x".repeat(BODY_BYTES_MAX) };
    expect(errorOf(() => encodeClaim({ ...claim, metadata })).data.reason).toBe("too-large");
  });

  it("refuses what is no object", () => {
    for (const value of [null, undefined, 7, "claim", []]) {
      expect(errorOf(() => encodeClaim(value as never)).code).toBe("bad-message");
    }
  });
});

describe("BACKBEAT-REQ-021 encodeReport", () => {
  it("writes the canonical form", () => {
    const issues = [{ count: 2, category: "late_claims", severity: "warning", agents: ["a"] }];
    const given = { ...report, issues, tempo_drift_ms: 0.30000000000000004 };
    expect(text(encodeReport(given))).toBe(
      '{"type":"backbeat.barreport.v1","window_id":"7e9b0e6c4c1e4f3a8d2b5a6978c0d1e2","from_beat":1,' +
        '"to_beat":120,"agents_reporting":42,"on_time_reviews":40,"help_promises_fulfilled":3,' +
        '"secret_rotations_ok":true,"tempo_drift_ms":0.3,' +
        '"issues":[{"severity":"warning","category":"late_claims","count":2}]}',
    );
  });

  it("leaves out issues when there are none", () => {
    expect(text(encodeReport({ ...report, issues: [] }))).toBe(text(encodeReport(report)));
    expect(text(encodeReport(report))).not.toContain("issues");
  });

  it("invariant R7: is the same for members in any order, and stable when written again", () => {
    fc.assert(
      fc.property(reports, (message) => {
        const body = encodeReport(message);
        const reversed = Object.fromEntries(Object.entries(message).reverse()) as typeof message;
        expect(encodeReport(reversed)).toEqual(body);
        const read = strict.report(body) as typeof message;
        expect(encodeReport(read)).toEqual(body);
      }),
    );
  });

  it("refuses more issues than a report may carry", () => {
    const issues = Array.from({ length: 101 }, () => ({ severity: "info", category: "x", count: 1 }));
    expect(errorOf(() => encodeReport({ ...report, issues })).data.member).toBe("/issues");
  });
});

describe("BACKBEAT-REQ-021 roundDriftMs", () => {
  it.each([
    [1.25, 1.3],
    [-1.25, -1.2],
    [0.04, 0],
    [-0.04, 0],
    [-0, 0],
    [12, 12],
    [1e308, 1e308],
    [-1e308, -1e308],
  ])("rounds %d to %d", (drift, rounded) => {
    expect(roundDriftMs(drift)).toBe(rounded);
  });

  it("is never minus zero, stays finite and within half a tenth", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (drift) => {
        const rounded = roundDriftMs(drift);
        expect(Object.is(rounded, -0)).toBe(false);
        expect(Number.isFinite(rounded)).toBe(true);
        if (Math.abs(drift) < 1e9) expect(Math.abs(rounded - drift)).toBeLessThanOrEqual(0.050001);
      }),
    );
  });
});
