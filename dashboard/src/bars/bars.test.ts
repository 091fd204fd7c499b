import { describe, expect, it } from "vitest";
import type { BarReport, ReportEvent } from "../wire/types.ts";
import {
  addsUp,
  BARS_KEPT,
  type Bar,
  beatsText,
  conservationText,
  figuresOf,
  fromLists,
  inputCut,
  withReport,
  worstSeverity,
} from "./bars.ts";

const report = (bar: number, more: Partial<BarReport> = {}): BarReport => ({
  type: "backbeat.barreport.v1",
  window_id: bar.toString(16).padStart(32, "0"),
  from_beat: 8 * bar + 1,
  to_beat: 8 * bar + 8,
  agents_reporting: 3,
  on_time_reviews: 2,
  help_promises_fulfilled: 1,
  secret_rotations_ok: true,
  tempo_drift_ms: -0.3,
  ...more,
});

const CONSERVATION = { received: 90, counted: 80, duplicate: 5, late: 2, refused: { "not-json": 3 } };

const event = (bar: number): ReportEvent => ({
  report: report(bar),
  headers: {},
  first_sequence: null,
  last_sequence: null,
  claims_count: 80,
  state_counts: {
    idle: 0,
    planning: 0,
    executing: 0,
    reviewing: 0,
    completed: 0,
    failed: 0,
    blocked: 0,
    helping: 0,
  },
  completed_tasks: 12,
  failed_tasks: 1,
  conservation: CONSERVATION,
  issue_details: [],
});

const idsOf = (bars: readonly Bar[]) => bars.map(({ windowId }) => Number.parseInt(windowId, 16));

describe("bars", () => {
  it("R1 withReport adds each bar once, newest last, and keeps a hundred", () => {
    let bars: readonly Bar[] = [];
    for (let bar = 1; bar <= BARS_KEPT + 5; bar += 1) bars = withReport(bars, event(bar));
    expect(bars).toHaveLength(BARS_KEPT);
    expect(idsOf(bars)).toEqual(Array.from({ length: BARS_KEPT }, (_, at) => at + 6));
    expect(idsOf(withReport(bars, event(50)))).toEqual(idsOf(bars));
  });

  it("BACKBEAT-REQ-021 fromLists stands oldest first and takes what the windows know of tasks", () => {
    const reports = [3, 2, 1].map((bar) => ({ report: report(bar), headers: {} }));
    const windows = [
      {
        window_id: report(3).window_id,
        from_beat: 25,
        to_beat: 32,
        open: false,
        completed_tasks: 7,
        failed_tasks: 0,
      },
      { window_id: report(2).window_id, from_beat: 17, to_beat: 24, open: false },
    ];
    const bars = fromLists([], { reports, windows, arrived: [] });
    expect(idsOf(bars)).toEqual([1, 2, 3]);
    expect(bars.map((bar) => figuresOf(bar).completed)).toEqual([null, null, 7]);
  });

  it("BACKBEAT-REQ-021 fromLists keeps the details that came with an event", () => {
    const known = withReport([], event(2));
    const reports = [3, 2].map((bar) => ({ report: report(bar), headers: {} }));
    const bars = fromLists(known, { reports, windows: [], arrived: [] });
    expect(idsOf(bars)).toEqual([2, 3]);
    expect(bars[0]?.details?.conservation).toEqual(CONSERVATION);
    expect(bars[1]?.details).toBeUndefined();
  });

  it("R1 fromLists loses no bar that was reported while the lists were under way, and has none twice", () => {
    const arrived = withReport(withReport([], event(3)), event(4));
    const reports = [3, 2].map((bar) => ({ report: report(bar), headers: {} }));
    expect(idsOf(fromLists([], { reports, windows: [], arrived }))).toEqual([2, 3, 4]);
  });

  it("BACKBEAT-REQ-021 figuresOf and worstSeverity read a report", () => {
    const issues = [
      { severity: "info", category: "partial_window", count: 1 },
      { severity: "error", category: "wait_cycle", count: 2 },
    ];
    const [bar] = withReport([], { ...event(1), report: report(1, { issues }) });
    expect(bar && figuresOf(bar)).toEqual({
      agents: 3,
      reviews: 2,
      helps: 1,
      completed: 12,
      failed: 1,
      issues: 2,
      driftMs: -0.3,
    });
    expect(worstSeverity(report(1, { issues }))).toBe("error");
    expect(worstSeverity(report(1))).toBeUndefined();
  });

  it("beatsText names a bar of one beat as one", () => {
    expect(beatsText(report(10))).toBe("beats 81–88");
    expect(beatsText({ from_beat: 4, to_beat: 4 })).toBe("beat 4");
  });

  it("R6 conservationText is a sum that adds up, and addsUp sees when it does not", () => {
    expect(conservationText(CONSERVATION)).toBe(
      "90 received = 80 counted + 5 duplicate + 2 late + 3 refused (not-json)",
    );
    expect(addsUp(CONSERVATION)).toBe(true);
    expect(addsUp({ ...CONSERVATION, late: 3 })).toBe(false);
  });

  it("R7 inputCut is known only of a report from the journal", () => {
    expect(inputCut({ "Backbeat-First-Sequence": "1201", "Backbeat-Last-Sequence": "48213" })).toEqual({
      first: "1201",
      last: "48213",
    });
    expect(inputCut({})).toBeUndefined();
  });
});
