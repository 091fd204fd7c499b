import { beforeEach, describe, expect, it } from "vitest";
import { CLUSTER, claimBody, frameBody } from "../../test/support/messages.ts";
import { type RecordingLog, recordingLog } from "../../test/support/recording-log.ts";
import { type BarReport, subjectsOf, windowIdOf } from "../contracts/index.ts";
import { type FakeBroker, type FakeBus, fakeBroker } from "../sdk/testing/fake-bus.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { REPORTS_WAITING_MAX } from "./outgoing-reports.ts";
import { type Reverb, runReverb } from "./reverb.ts";
import type { ReverbSettings } from "./settings.ts";

const subjects = subjectsOf(CLUSTER);
const BAR = 8;

describe("reverb in core mode", () => {
  let broker: FakeBroker;
  let clock: FakeClock;
  let peer: FakeBus;
  let bus: FakeBus;
  let log: RecordingLog;
  let reports: BarReport[];
  let observed: Map<string, number[]>;
  let reverb: Reverb;
  let startedAtMs: number;

  const start = (settings: Partial<ReverbSettings> = {}) => {
    reverb = runReverb(
      { clusterId: CLUSTER, nodeId: "node-1", version: "0.0.0", subjects, barLength: BAR, ...settings },
      {
        bus,
        clock,
        log,
        metrics: {
          observe: (metric, value) => observed.set(metric, [...(observed.get(metric) ?? []), value]),
        },
      },
    );
  };
  /** Publishes beats `from … to`, each when it is due: beat 1 at the start, one a second. */
  const beats = async (from: number, to: number) => {
    for (let beat = from; beat <= to; beat += 1) {
      await clock.run(Math.max(0, startedAtMs + (beat - 1) * 1_000 - clock.monotonicMs()));
      await beatNow(beat);
    }
  };
  const beatNow = async (beat: number) => {
    peer.publish(subjects.beat, frameBody(beat));
    await clock.run(0);
  };
  const claim = async (...of: Parameters<typeof claimBody>) => {
    peer.publish(subjects.status, claimBody(...of));
    await clock.run(0);
  };
  const issue = (report: BarReport | undefined, category: string) =>
    report?.issues?.find((one) => one.category === category)?.count;

  beforeEach(() => {
    broker = fakeBroker();
    clock = new FakeClock();
    startedAtMs = clock.monotonicMs();
    log = recordingLog();
    reports = [];
    observed = new Map();
    peer = broker.connect();
    peer.subscribe(subjects.reverb, (message) =>
      reports.push(JSON.parse(new TextDecoder().decode(message.data))),
    );
    bus = broker.connect({ log });
  });

  it("BACKBEAT-REQ-021 runReverb reports a bar once, a tenth of a beat after the downbeat that ends it", async () => {
    start();
    await beats(1, 1);
    await claim("ci:1", 1, { task_id: "build", state: "completed" });
    await beats(2, BAR + 1);
    await clock.run(99);
    expect(reports).toEqual([]);
    await clock.run(1);
    expect(reports).toEqual([
      {
        type: "backbeat.barreport.v1",
        window_id: windowIdOf(CLUSTER, 1),
        from_beat: 1,
        to_beat: BAR,
        agents_reporting: 1,
        on_time_reviews: 1,
        help_promises_fulfilled: 0,
        secret_rotations_ok: true,
        tempo_drift_ms: 0,
      },
    ]);
    await beats(BAR + 2, 2 * BAR);
    expect(reports).toHaveLength(1);
  });

  it("BACKBEAT-PER-002 runReverb reports within one beat whatever grace is set", async () => {
    start({ graceMs: 10_000 });
    await beats(1, BAR + 1);
    await clock.run(500);
    expect(reports).toHaveLength(1);
    expect(observed.get("rollup_seconds")).toEqual([0.5]);
  });

  it("BACKBEAT-REQ-020 runReverb takes claims for both bars during grace, and says the next are late", async () => {
    start();
    await beats(1, BAR + 1);
    await claim("a", BAR);
    await claim("b", BAR + 1);
    await clock.run(100);
    await claim("c", BAR);
    await beats(BAR + 2, 2 * BAR + 1);
    await clock.run(100);
    expect(reports.map((report) => report.agents_reporting)).toEqual([1, 1]);
    expect(reports.map((report) => issue(report, "late_claims"))).toEqual([undefined, 1]);
  });

  it("R1 runReverb reports a bar without claims", async () => {
    start();
    await beats(1, 3 * BAR + 2);
    expect(reports.map((report) => report.from_beat)).toEqual([1, 9, 17]);
  });

  it("REQ-021 runReverb asks for the newest frame at start, and says that the bar it joined is partial", async () => {
    peer.subscribe(subjects.now, (message) => message.respond(frameBody(5, { metadata: { bar_from: 1 } })));
    start();
    await clock.run(0);
    expect(reverb.view.status()).toMatchObject({ currentBeat: 5, currentWindowId: windowIdOf(CLUSTER, 1) });
    await claim("a", 5);
    await beats(6, BAR + 2);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ from_beat: 1, to_beat: BAR, agents_reporting: 1 });
    expect(issue(reports[0], "partial_window")).toBe(1);
    expect(issue(reports[0], "missed_beats")).toBeUndefined();
  });

  it("REQ-021 runReverb says in both bars that the link was lost across a downbeat", async () => {
    start();
    await beats(1, BAR);
    await clock.run(400);
    bus.loseLink();
    expect(reverb.view.ready()).toEqual({ ready: false, reason: "NATS is not connected" });
    expect(reverb.view.status().alarms.map((alarm) => alarm.name)).toEqual(["link-lost"]);
    await clock.run(1_850);
    bus.restoreLink();
    await beats(BAR + 3, 2 * BAR + 2);
    expect(reports.map((report) => report.from_beat)).toEqual([1, 9]);
    expect(reports.map((report) => issue(report, "intake_gap"))).toEqual([1_850, 1_850]);
    expect(reverb.view.status()).toMatchObject({ totals: { gaps: 1, gapMs: 1_850 }, alarms: [] });
  });

  it("R1 a report that is due while the link is down leaves when it is back, once", async () => {
    start();
    await beats(1, BAR + 1);
    bus.loseLink();
    await clock.run(1_000);
    expect(reports).toEqual([]);
    expect(reverb.view.status().alarms.map((alarm) => alarm.name)).toEqual(["link-lost"]);
    bus.restoreLink();
    await clock.run(0);
    expect(reports).toHaveLength(1);
    expect(reverb.view.status().totals).toMatchObject({ reportsPublished: 1, reportsDropped: 0 });
  });

  it("R1 a report whose delivery was not confirmed is sent again, byte for byte", async () => {
    start();
    await beats(1, BAR + 1);
    broker.freeze();
    await clock.run(100);
    bus.loseLink();
    broker.thaw();
    bus.restoreLink();
    await clock.run(0);
    expect(reports).toHaveLength(1);
    expect(reverb.view.status().totals.reportsPublished).toBe(1);
  });

  it("REQ-020 runReverb counts what it cannot read, by its reason, and goes on", async () => {
    start();
    await beats(1, 1);
    for (const body of ["", "{", "[]", "null", '{"type":"x"}', "{}"])
      peer.publish(subjects.status, new TextEncoder().encode(body));
    peer.publish(subjects.beat, new TextEncoder().encode("nonsense"));
    peer.publish(subjects.beat, frameBody(2, { cluster_id: "other" }));
    await beats(2, BAR + 2);
    const { totals } = reverb.view.status();
    expect(totals.claims).toMatchObject({
      "refused-not-json": 2,
      "refused-not-object": 2,
      "refused-wrong-message-type": 2,
    });
    expect(totals.frames).toMatchObject({ "refused-not-json": 1, foreign: 1 });
    expect(issue(reports[0], "invalid_messages")).toBe(7);
  });

  it("R4 reports that wait for the link are bounded, and what is dropped is counted and said", async () => {
    start({ leapBeats: 10_000 });
    await beats(1, 1);
    bus.loseLink();
    bus.restoreLink();
    const deaf = Object.assign(bus, { publish: () => false });
    expect(deaf.publish()).toBe(false);
    for (let bar = 1; bar <= REPORTS_WAITING_MAX + 3; bar += 1) await beatNow(1 + bar * BAR);
    const { totals } = reverb.view.status();
    expect(totals.reportsDropped).toBe(2);
    expect(log.texts("error")).toHaveLength(2);
  });

  it("REQ-021 ready only with a link and a beat that is not older than three beats", async () => {
    start();
    expect(reverb.view.ready()).toMatchObject({ reason: "the server is asked for beats and claims" });
    await clock.run(0);
    expect(reverb.view.ready()).toMatchObject({
      ready: false,
      reason: expect.stringContaining("no beat heard yet"),
    });
    await beats(1, 2);
    expect(reverb.view.ready()).toEqual({ ready: true });
    await clock.run(2_999);
    expect(reverb.view.ready()).toEqual({ ready: true });
    await clock.run(1);
    expect(reverb.view.ready()).toMatchObject({
      ready: false,
      reason: expect.stringContaining("no beat for 3 beat lengths"),
    });
    expect(reverb.view.status().alarms.map((alarm) => alarm.name)).toEqual(["no-beat"]);
  });

  it("REQ-021 a bar length that differs from the setting is said once, and what is heard wins", async () => {
    start({ barLength: 5 });
    for (let beat = 1; beat <= 20; beat += 1) await beatNow(beat);
    expect(reverb.view.alarms()).toMatchObject([
      { name: "bar-length-differs", text: "bars have 8 beats, --bar-length says 5: what is heard wins" },
    ]);
    expect(reverb.view.status()).toMatchObject({ barLength: 8 });
  });

  it("REQ-021 stop delivers the bar that is over and forgets the one that is open", async () => {
    start();
    await beats(1, BAR + 1);
    await reverb.stop();
    await clock.run(0);
    expect(reports.map((report) => report.from_beat)).toEqual([1]);
    await beats(BAR + 2, 3 * BAR);
    expect(reports).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("REQ-021 the view pages windows, reports and agents, newest first and by id", async () => {
    start({ windowTtlSeconds: 20, windowsRetainedMax: 3 });
    await beats(1, 1);
    for (const agent of ["b", "a", "c"]) await claim(agent, 1);
    await beats(2, BAR + 2);
    expect(reverb.view.windows({}).items.map((window) => [window.fromBeat, window.open])).toEqual([
      [9, true],
      [1, false],
    ]);
    expect(reverb.view.windows({ before: windowIdOf(CLUSTER, 9).toUpperCase() }).items).toHaveLength(1);
    expect(reverb.view.agents({ limit: 2 })).toMatchObject({
      total: 3,
      items: [{ agentId: "a" }, { agentId: "b" }],
    });
    expect(reverb.view.agents({ limit: 2, after: "b" }).items.map((agent) => agent.agentId)).toEqual(["c"]);
    expect(reverb.view.agent("a")).toMatchObject({ presence: "silent", ageBeats: 9 });
    expect((await reverb.view.report(windowIdOf(CLUSTER, 1)))?.issueDetails).toEqual([]);
    await clock.run(20_000);
    expect(reverb.view.window(windowIdOf(CLUSTER, 1))).toBeUndefined();
    expect(await reverb.view.report(windowIdOf(CLUSTER, 1))).not.toHaveProperty("issueDetails");
    expect(reverb.view.status().totals.windowsForgotten).toBe(1);
  });
});
