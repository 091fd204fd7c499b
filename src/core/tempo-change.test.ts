import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bpmOf } from "./tempo.ts";
import { judgeTempoChange, operatingLimitsOf, type TempoVerdict, withinReach } from "./tempo-change.ts";

const WIDE = { minTenths: 1, maxTenths: 10_000 };
const tempo = fc.integer({ min: 1, max: 10_000 });

function judge(
  runningBpm: number,
  wantedBpm: number,
  override = false,
  limits = operatingLimitsOf(20),
): TempoVerdict {
  return judgeTempoChange({ runningTenths: Math.round(runningBpm * 10), wantedBpm, limits, override });
}

/** Dumb twin: walks from the running tempo in tenths for as long as ten steps are not more than it. */
function allowedByWalking(running: number): Set<number> {
  const allowed = new Set([running]);
  for (let step = 1; step * 10 <= running; step += 1) allowed.add(running - step).add(running + step);
  if (running < 100) allowed.add(running - 10).add(running + 10);
  return allowed;
}

describe("BACKBEAT-REQ-004 judgeTempoChange", () => {
  it("accepts 10 % up and down, and says by how much more is too much", () => {
    expect(judge(10, 11)).toEqual({ verdict: "accepted", tenths: 110, overridden: false });
    expect(judge(10, 9)).toEqual({ verdict: "accepted", tenths: 90, overridden: false });
    expect(judge(10, 12)).toEqual({
      verdict: "refused",
      allowed: { fromBpm: 9, toBpm: 11, wholeStepsBpm: [] },
      text: "Cannot change tempo: 12 BPM is 20 % above 10 BPM, the limit is 10 %; allowed now: 9 to 11 BPM, any other with override",
    });
  });

  it("allows a step of exactly 1 BPM below 10 BPM", () => {
    expect(judge(2, 3).verdict).toBe("accepted");
    expect(judge(2, 1).verdict).toBe("accepted");
    expect(judge(9.9, 10.9).verdict).toBe("accepted");
    expect(judge(2, 2.5)).toMatchObject({
      allowed: { fromBpm: 1.8, toBpm: 2.2, wholeStepsBpm: [1, 3] },
      text: "Cannot change tempo: 2.5 BPM is 25 % above 2 BPM, the limit is 10 %; allowed now: 1.8 to 2.2 or 1 or 3 BPM, any other with override",
    });
  });

  it("never words a refusal as 10 %", () => {
    const verdict = judge(100.5, 110.6, false, WIDE);
    expect(verdict).toMatchObject({
      verdict: "refused",
      text: expect.stringContaining("10.05 % above 100.5 BPM"),
    });
  });

  it("accepts more with override, and says that it was needed", () => {
    expect(judge(2, 20, true)).toEqual({ verdict: "accepted", tenths: 200, overridden: true });
    expect(judge(10, 11, true)).toEqual({ verdict: "accepted", tenths: 110, overridden: false });
  });

  it("bounds every change by the operating limits, which the tempo at start widens", () => {
    expect(operatingLimitsOf(600)).toEqual({ minTenths: 10, maxTenths: 600 });
    expect(operatingLimitsOf(5)).toEqual({ minTenths: 5, maxTenths: 240 });
    expect(judge(24, 25, true)).toMatchObject({
      verdict: "refused",
      text: "Cannot change tempo: 25 BPM is outside of the operating limits 1 to 24 BPM; allowed now: 21.6 to 24 BPM",
    });
  });

  it("refuses what is no tempo", () => {
    expect(judge(2, 2.05)).toMatchObject({
      verdict: "refused",
      text: expect.stringContaining("2.05 BPM is not one of 0.1 to 1000 BPM in steps of 0.1"),
    });
    expect(judge(2, Number.NaN, true).verdict).toBe("refused");
  });

  it("agrees with walking from the running tempo in tenths", () => {
    const near = fc.integer({ min: -1_200, max: 1_200 });
    fc.assert(
      fc.property(tempo, near, (running, distance) => {
        const wanted = running + distance;
        const verdict = judgeTempoChange({
          runningTenths: running,
          wantedBpm: wanted / 10,
          limits: WIDE,
          override: false,
        });
        const isAllowed = wanted >= 1 && wanted <= 10_000 && allowedByWalking(running).has(wanted);
        expect(verdict.verdict).toBe(isAllowed ? "accepted" : "refused");
      }),
    );
  });

  it("offers only what it would accept", () => {
    fc.assert(
      fc.property(tempo, tempo, (running, start) => {
        const limits = operatingLimitsOf(start);
        const runningTenths = Math.min(limits.maxTenths, Math.max(limits.minTenths, running));
        const ask = (wantedBpm: number) =>
          judgeTempoChange({ runningTenths, wantedBpm, limits, override: false });
        const refused = ask(Number.NaN);
        if (refused.verdict !== "refused") throw new Error("NaN was accepted");
        const { fromBpm, toBpm, wholeStepsBpm } = refused.allowed;
        for (const bpm of [fromBpm, toBpm, bpmOf(runningTenths), ...wholeStepsBpm])
          expect(ask(bpm).verdict).toBe("accepted");
      }),
    );
  });
});

describe("BACKBEAT-REQ-004 withinReach", () => {
  it("holds the tempo that runs, so that it can be left step by step", () => {
    const limits = withinReach(operatingLimitsOf(20), 600);
    expect(limits).toEqual({ minTenths: 10, maxTenths: 600 });
    expect(judge(60, 54, false, limits)).toMatchObject({ verdict: "accepted" });
    expect(withinReach(operatingLimitsOf(20), 5)).toEqual({ minTenths: 5, maxTenths: 240 });
  });
});
