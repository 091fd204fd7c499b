import { describe, expect, it } from "vitest";
import type { Bar } from "./bars.ts";
import { CHARTS, type Chart, chartData, chartRange, knownText } from "./charts.ts";

const bar = (agents: number, drift: number, completed?: number): Bar => ({
  windowId: String(agents),
  headers: {},
  report: {
    type: "backbeat.barreport.v1",
    window_id: String(agents),
    from_beat: 1,
    to_beat: 8,
    agents_reporting: agents,
    on_time_reviews: 0,
    help_promises_fulfilled: 0,
    secret_rotations_ok: true,
    tempo_drift_ms: drift,
  },
  ...(completed === undefined ? {} : { completedTasks: completed, failedTasks: 0 }),
});
const chart = (name: string): Chart => CHARTS.find((one) => one.name === name) as Chart;

describe("charts", () => {
  it("BACKBEAT-REQ-021 chartData has a hole where a count is not known", () => {
    const bars = [bar(3, 0), bar(5, 0, 7)];
    expect(chartData(chart("agents reporting"), bars)).toEqual([
      [0, 1],
      [3, 5],
    ]);
    expect(chartData(chart("tasks completed"), bars)[1]).toEqual([null, 7]);
    expect(knownText(null)).toBe("–");
  });

  it("chartRange begins at zero, or lies about it, and is never empty", () => {
    const agents = chart("agents reporting");
    expect(chartRange(agents, chartData(agents, [bar(10, 0)]))).toEqual([0, 11]);
    expect(chartRange(agents, chartData(agents, []))).toEqual([0, 1.1]);
    const drift = chart("tempo drift");
    const [min, max] = chartRange(drift, chartData(drift, [bar(1, -4), bar(2, 2)]));
    expect(max).toBeCloseTo(4.6);
    expect(min).toBe(-max);
  });
});
