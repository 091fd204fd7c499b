import { describe, expect, it } from "vitest";
import { countText, driftText, localTime, numberText, percentText, spanText, utcTime } from "./numbers.ts";

describe("numbers", () => {
  it("numberText groups digits and keeps one of a fraction", () => {
    expect(numberText(0)).toBe("0");
    expect(numberText(1_234_567)).toBe("1,234,567");
    expect(numberText(2.25)).toBe("2.3");
  });

  it("countText knows one from many", () => {
    expect(countText(1, "agent")).toBe("1 agent");
    expect(countText(0, "agent")).toBe("0 agents");
    expect(countText(12_000, "cycle")).toBe("12,000 cycles");
    expect(countText(2, "story", "stories")).toBe("2 stories");
  });

  it("driftText is signed, and nothing that rounds to nothing has a sign", () => {
    expect(driftText(1.24)).toBe("+1.2 ms");
    expect(driftText(-0.44)).toBe("−0.4 ms");
    expect(driftText(-0.04)).toBe("0 ms");
    expect(driftText(-0)).toBe("0 ms");
    expect(driftText(1_500.6)).toBe("+1,501 ms");
  });

  it("percentText rounds", () => {
    expect(percentText(0.404)).toBe("40 %");
    expect(percentText(1)).toBe("100 %");
  });

  it("spanText names two units, and no empty one", () => {
    expect([0, 8_400, 60_000, 200_000].map(spanText)).toEqual(["0 s", "8 s", "1 min", "3 min 20 s"]);
    expect([3_600_000, 7_500_000, 86_400_000, 350_000_000].map(spanText)).toEqual([
      "1 h",
      "2 h 5 min",
      "1 d",
      "4 d 1 h",
    ]);
    expect(spanText(-5)).toBe("0 s");
  });

  it("localTime leaves out the day of today, utcTime names everything", () => {
    const noon = new Date(2026, 10, 25, 12, 3, 4).getTime();
    expect(localTime(noon, noon + 1_000)).toBe("12:03:04");
    expect(localTime(noon, noon + 86_400_000)).toBe("25 Nov 2026, 12:03:04");
    expect(utcTime(Date.UTC(2026, 10, 25, 14, 3, 22, 120))).toBe("2026-11-25 14:03:22.120 UTC");
  });
});
