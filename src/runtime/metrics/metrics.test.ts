import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { fakeReverb, fakeReverbView } from "../../../test/support/fake-reverb-view.ts";
import { BENDS } from "../../contracts/decode.ts";
import { CLAIM_OUTCOMES, FRAME_OUTCOMES } from "../../core/outcome.ts";
import type { PulseView } from "../../pulse/view.ts";
import {
  type AgentQuery,
  JOURNAL_ROLES,
  type JournalStatus,
  type ReverbStatus,
  type ReverbView,
} from "../../reverb/view.ts";
import { pulseMetrics, reverbMetrics } from "../metrics.ts";
import { JOURNAL_METRICS } from "./journal-metrics.ts";
import { PROCESS_METRICS, type ProcessSource, watchProcess } from "./process-metrics.ts";
import { PULSE_HISTOGRAMS, PULSE_METRICS } from "./pulse-metrics.ts";
import { REVERB_HISTOGRAMS, REVERB_METRICS } from "./reverb-metrics.ts";
import { ServiceMetrics } from "./service-metrics.ts";
import { metricsTableMarkdown } from "./show.ts";

const zeros = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

function statusWith(changes: Partial<ReverbStatus> = {}): ReverbStatus {
  return {
    clusterId: "c1",
    nodeId: "n1",
    version: "0.1.0",
    mode: "core",
    durability: "best-effort",
    activeWindows: 0,
    barLength: 120,
    windowTtlSeconds: 300,
    maxWindowsRetained: 100,
    natsConnected: true,
    uptimeSeconds: 1,
    nowMs: 0,
    lagBeats: 0,
    totals: {
      claimsReceived: 0,
      framesReceived: 0,
      claims: zeros(CLAIM_OUTCOMES),
      frames: zeros(FRAME_OUTCOMES),
      bends: zeros(BENDS),
      dependenciesCut: 0,
      reportsPublished: 0,
      reportsDropped: 0,
      reportsWithheld: 0,
      windowsForgotten: 0,
      gaps: 0,
      gapMs: 0,
    },
    alarms: [],
    ...changes,
  };
}

function reverbView(status: () => ReverbStatus): ReverbView {
  return {
    ...fakeReverbView(fakeReverb()),
    status,
    agents: ({ presence }: AgentQuery) => ({ items: [], total: presence === "silent" ? 2 : 5 }),
  };
}

const pulseView: PulseView = {
  status: () => ({
    clusterId: "c1",
    nodeId: "n1",
    version: "0.1.0",
    epoch: 3,
    currentBeat: 7,
    windowId: "0".repeat(32),
    barFrom: 1,
    tempoBpm: 2,
    barLength: 120,
    nextBeat: 8,
    nextBeatDueMs: 0,
    natsConnected: true,
    uptimeSeconds: 1,
    nowMs: 0,
    totals: { published: 5, skipped: 4, unsent: 3, unstored: 2, answered: 1 },
    alarms: [{ name: "store-refuses", text: "full" }],
  }),
  ready: () => ({ ready: false, reason: "test" }),
  drift: () => ({ beats: 3, lastLateMs: 1, meanLateMs: 2, maxLateMs: 4 }),
  company: () => undefined,
  alarms: () => [],
};

const watch: { read(): ProcessSource } = {
  read: () => ({
    memory: process.memoryUsage(),
    cpu: { user: 1_000_000, system: 500_000 },
    loop: { meanSeconds: 0.001, p99Seconds: 0.002, maxSeconds: 0.003 },
    openFiles: 12,
    wallAheadMs: -250,
  }),
};

const noView = (): undefined => undefined;

/** The samples of a text: `name{labels}` to value. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe("reverbMetrics", () => {
  it("R6 reverbMetrics has every outcome, bend and alarm from the start, with 0", async () => {
    const samples = samplesOf(await reverbMetrics(() => reverbView(statusWith), watch).text());
    for (const outcome of CLAIM_OUTCOMES.filter((outcome) => outcome !== "held"))
      expect(samples.get(`backbeat_reverb_claims_total{outcome="${outcome}"}`), outcome).toBe(0);
    for (const outcome of FRAME_OUTCOMES)
      expect(samples.get(`backbeat_reverb_frames_total{outcome="${outcome}"}`), outcome).toBe(0);
    for (const bend of BENDS)
      expect(samples.get(`backbeat_reverb_bends_total{bend="${bend}"}`), bend).toBe(0);
    for (const alarm of ["link-lost", "no-beat", "report-unsent", "bar-length-differs"])
      expect(samples.get(`backbeat_reverb_alarm{alarm="${alarm}"}`), alarm).toBe(0);
  });

  it("R6 reverbMetrics lets conservation be checked from outside: received = outcomes + held", async () => {
    const claims = {
      ...zeros(CLAIM_OUTCOMES),
      counted: 10,
      duplicate: 2,
      late: 1,
      held: 4,
      "refused-not-json": 3,
    };
    const status = statusWith();
    const totals = { ...status.totals, claims, claimsReceived: 20 };
    const metrics = reverbMetrics(() => reverbView(() => ({ ...status, totals })), watch);
    const samples = samplesOf(await metrics.text());
    const settled = [...samples]
      .filter(([name]) => name.startsWith("backbeat_reverb_claims_total"))
      .reduce((sum, [, value]) => sum + value, 0);
    expect(samples.get("backbeat_reverb_claims_received_total")).toBe(
      settled + (samples.get("backbeat_reverb_claims_held") ?? Number.NaN),
    );
  });

  it("BACKBEAT-REQ-021 reverbMetrics tells the present at each scrape, not a sum of scrapes", async () => {
    let status = statusWith({ currentBeat: 5, lagBeats: 2, natsConnected: false });
    const standing = { name: "link-lost", text: "", sinceMs: 0 } as const;
    const metrics = reverbMetrics(() => reverbView(() => status), watch);
    status = { ...status, alarms: [standing], totals: { ...status.totals, claimsReceived: 7, gapMs: 1_500 } };
    await metrics.text();
    const samples = samplesOf(await metrics.text());
    expect(samples.get("backbeat_reverb_claims_received_total")).toBe(7);
    expect(samples.get("backbeat_reverb_intake_gap_seconds_total")).toBe(1.5);
    expect(samples.get("backbeat_reverb_current_beat")).toBe(5);
    expect(samples.get("backbeat_reverb_lag_beats")).toBe(2);
    expect(samples.get("backbeat_reverb_link_up")).toBe(0);
    expect(samples.get('backbeat_reverb_alarm{alarm="link-lost"}')).toBe(1);
    expect(samples.get('backbeat_reverb_agents{presence="silent"}')).toBe(2);
    status = { ...status, alarms: [] };
    expect(samplesOf(await metrics.text()).get('backbeat_reverb_alarm{alarm="link-lost"}')).toBe(0);
  });

  it("R4 reverbMetrics tells who listens to events, and who was cut", async () => {
    const view = reverbView(statusWith);
    const metrics = reverbMetrics(() => view, watch);
    const eventsIn = async () =>
      [...samplesOf(await metrics.text())].filter(([name]) => name.startsWith("backbeat_reverb_events_"));
    expect(await eventsIn()).toEqual([
      ["backbeat_reverb_events_sent_total", 0],
      ["backbeat_reverb_events_refused_total", 0],
      ['backbeat_reverb_events_dropped_total{reason="unread"}', 0],
      ['backbeat_reverb_events_dropped_total{reason="stuck"}', 0],
    ]);
    const counts = { clients: 3, clientsMax: 9, refused: 4, dropped: { unread: 1, stuck: 2 }, sent: 70 };
    view.live.listen({ event: () => undefined, counts });
    expect(await eventsIn()).toEqual([
      ["backbeat_reverb_events_clients", 3],
      ["backbeat_reverb_events_sent_total", 70],
      ["backbeat_reverb_events_refused_total", 4],
      ['backbeat_reverb_events_dropped_total{reason="unread"}', 1],
      ['backbeat_reverb_events_dropped_total{reason="stuck"}', 2],
    ]);
  });

  it("BACKBEAT-REQ-021 reverbMetrics says nothing where there is no value yet", async () => {
    const before = samplesOf(await reverbMetrics(noView, watch).text());
    const without = samplesOf(await reverbMetrics(() => reverbView(statusWith), watch).text());
    for (const samples of [before, without])
      for (const name of ["current_beat", "tempo_bpm", "agents_reporting", "agents_expected"])
        expect(samples.has(`backbeat_reverb_${name}`), name).toBe(false);
    expect(before.has("process_cpu_seconds_total")).toBe(true);
  });

  it("R7 reverbMetrics tells what a replica does with the journal, and nothing of it in core mode", async () => {
    const journal: JournalStatus = {
      role: "catching-up",
      readSeq: 70,
      lagEntries: 30,
      startedFrom: { seq: 1, kind: "begin" },
      chain: "",
      profile: "",
      reportsCommitted: 4,
      reportsConfirmed: 3,
      commitConflicts: 2,
      commitsUnknown: 1,
      divergences: 0,
      ticksAppended: 5,
      checkpointsSaved: 6,
      checkpointsFailed: 0,
    };
    const textOf = (status: ReverbStatus) => reverbMetrics(() => reverbView(() => status), watch).text();
    const samples = samplesOf(await textOf(statusWith({ mode: "journal", journal })));
    const roles = JOURNAL_ROLES.map((role) => samples.get(`backbeat_journal_role{role="${role}"}`));
    expect(roles).toEqual([1, 0, 0, 0]);
    expect(samples.get("backbeat_journal_lag_entries")).toBe(30);
    expect(samples.get("backbeat_journal_reports_committed_total")).toBe(4);
    expect(samples.has("backbeat_journal_checkpoint_sequence")).toBe(false);
    const core = samplesOf(await textOf(statusWith()));
    expect(core.has("backbeat_journal_lag_entries")).toBe(false);
    expect(core.get("backbeat_journal_divergences_total")).toBe(0);
  });

  it("BACKBEAT-PER-002 reverbMetrics counts how long a report took", async () => {
    const metrics = reverbMetrics(noView, watch);
    metrics.observe("rollup_seconds", 0.3);
    metrics.observe("rollup_seconds", 2);
    metrics.observe("beat_late_seconds", 1);
    const samples = samplesOf(await metrics.text());
    expect(samples.get("backbeat_reverb_rollup_seconds_count")).toBe(2);
    expect(samples.get('backbeat_reverb_rollup_seconds_bucket{le="0.5"}')).toBe(1);
    expect(samples.get("backbeat_reverb_rollup_seconds_sum")).toBeCloseTo(2.3);
  });
});

describe("pulseMetrics", () => {
  it("BACKBEAT-REQ-002 pulseMetrics counts every beat that came due by what became of it", async () => {
    const metrics = pulseMetrics(() => pulseView, watch);
    metrics.observe("beat_late_seconds", 0.003);
    const samples = samplesOf(await metrics.text());
    const beat = (outcome: string) => samples.get(`backbeat_pulse_beats_total{outcome="${outcome}"}`);
    expect(["published", "skipped", "unsent", "unstored"].map(beat)).toEqual([5, 4, 3, 2]);
    expect(samples.get("backbeat_pulse_late_seconds_max")).toBe(0.004);
    expect(samples.get("backbeat_pulse_ready")).toBe(0);
    expect(samples.get("backbeat_pulse_beat_late_seconds_count")).toBe(1);
  });
});

describe("watchProcess", () => {
  it("OBS-003 watchProcess reads what this process uses", () => {
    const watching = watchProcess({ systemAheadMs: 5 });
    const { memory, cpu, loop, wallAheadMs } = watching.read();
    watching.stop();
    expect(memory.rss).toBeGreaterThan(0);
    expect(cpu.user + cpu.system).toBeGreaterThan(0);
    expect(loop.maxSeconds).toBeGreaterThanOrEqual(0);
    expect(wallAheadMs).toBe(5);
  });
});

describe("metric tables", () => {
  const rows = [...REVERB_METRICS, ...JOURNAL_METRICS, ...PULSE_METRICS, ...PROCESS_METRICS];
  const histograms = [...Object.values(REVERB_HISTOGRAMS), ...Object.values(PULSE_HISTOGRAMS)];

  it("OBS-003 metric tables follow Prometheus' rules for names", () => {
    const names = [...rows, ...histograms].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type } of rows) {
      expect(name).toMatch(/^(backbeat|process|nodejs)_[a-z0-9_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      expect(name).not.toMatch(/_(ms|milliseconds|kilobytes|minutes)(_|$)/);
    }
    for (const { name, buckets } of histograms) {
      expect(name).toMatch(/_(seconds|bytes)$/);
      expect([...buckets]).toEqual([...buckets].sort((a, b) => a - b));
    }
  });

  it("OBS-003 metricsTableMarkdown names every metric once", () => {
    const markdown = metricsTableMarkdown();
    for (const { name } of [...rows, ...histograms]) expect(markdown.split(`\`${name}\``)).toHaveLength(2);
  });

  const promtool = spawnSync("promtool", ["--version"]).status === 0;
  // In CI its absence is a failure, not a reason to look away.
  it.runIf(promtool || process.env.CI !== undefined)(
    "OBS-003 metrics pass promtool check metrics",
    async () => {
      const reverb = reverbMetrics(() => reverbView(() => statusWith({ currentBeat: 1 })), watch);
      reverb.observe("rollup_seconds", 0.3);
      for (const metrics of [reverb, pulseMetrics(() => pulseView, watch), new ServiceMetrics({})]) {
        const checked = spawnSync("promtool", ["check", "metrics"], { input: await metrics.text() });
        expect(checked.stderr.toString() + checked.stdout.toString()).toBe("");
        expect(checked.status).toBe(0);
      }
    },
  );
});
