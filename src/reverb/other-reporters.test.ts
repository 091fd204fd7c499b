import { beforeEach, describe, expect, it } from "vitest";
import { type RecordingLog, recordingLog } from "../../test/support/recording-log.ts";
import { encodeReport } from "../contracts/encode.ts";
import { windowIdOf } from "../contracts/window-id.ts";
import { FakeClock } from "../sdk/testing/fake-clock.ts";
import { OtherReporters } from "./other-reporters.ts";

const BEAT_MS = 1_000;

describe("R1 OtherReporters", () => {
  let clock: FakeClock;
  let log: RecordingLog;
  let others: OtherReporters;
  let published: number[];

  const idOf = (bar: number) => windowIdOf("c", bar);
  const heard = (bar: number) =>
    others.hear({
      subject: "r",
      data: encodeReport({
        type: "backbeat.barreport.v1",
        window_id: idOf(bar),
        from_beat: bar,
        to_beat: bar,
        agents_reporting: 0,
        on_time_reviews: 0,
        help_promises_fulfilled: 0,
        secret_rotations_ok: true,
        tempo_drift_ms: 0,
      }),
      respond: () => false,
    });
  /** Our report of a bar is there; what is published comes back, as on a connection. */
  const closes = (bar: number) =>
    others.offer(idOf(bar), () => {
      others.sending(idOf(bar));
      published.push(bar);
      heard(bar);
    });

  beforeEach(() => {
    clock = new FakeClock();
    log = recordingLog();
    others = new OtherReporters({ clock, log, beatMs: () => BEAT_MS });
    published = [];
  });

  it("publishes at once while nobody else reports, and takes its own reports for its own", () => {
    for (const bar of [1, 2, 3]) closes(bar);
    expect(published).toEqual([1, 2, 3]);
    expect([others.alarms(), others.withheld, others.readiness()]).toEqual([[], 0, undefined]);
  });

  it("takes a report for its own that was sent twice, because the link was lost", () => {
    others.sending(idOf(1));
    others.sending(idOf(1));
    heard(1);
    heard(1);
    expect(others.alarms()).toEqual([]);
    heard(1);
    expect(others.alarms()).toHaveLength(1);
  });

  it("keeps its report back where another was first, stands by, and says what to do", () => {
    heard(1);
    closes(1);
    expect([published, others.withheld]).toEqual([[], 1]);
    expect(others.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringMatching(
        /another reverb without a journal.*stop one of them, or give both a journal/,
      ),
    });
    expect(log.texts("warn")).toEqual([expect.stringMatching(/^Standing by: another reverb/)]);
  });

  it("of two that run the one that has just come gives way", () => {
    closes(1);
    heard(1);
    expect(others.readiness()).toMatchObject({ ready: false });
  });

  it("of two that have run for long none gives way at once: an alarm, which ends after two quiet bars", () => {
    closes(1);
    closes(2);
    heard(2);
    expect(others.readiness()).toBeUndefined();
    expect(others.alarms()).toMatchObject([
      { name: "other-reporter", text: expect.stringMatching(/another reverb .* reports .*too.*stop one/) },
    ]);
    closes(3);
    expect(others.alarms()).toHaveLength(1);
    closes(4);
    expect(others.alarms()).toEqual([]);
    expect(published).toEqual([1, 2, 3, 4]);
  });

  it("PER-002 who stands by listens for a quarter beat, and reports the bar that nobody else does", async () => {
    heard(1);
    closes(1);
    closes(2);
    expect(published).toEqual([]);
    heard(2);
    await clock.run(BEAT_MS / 4);
    closes(3);
    await clock.run(BEAT_MS / 4);
    closes(4);
    expect(published).toEqual([3, 4]);
    expect([others.withheld, others.readiness(), others.alarms()]).toEqual([2, undefined, []]);
  });

  it("a report of a bar that we have not is nobody's business", () => {
    heard(99);
    closes(1);
    expect([published, others.alarms()]).toEqual([[1], []]);
  });

  it("what is no report is passed over", () => {
    others.hear({ subject: "r", data: new TextEncoder().encode("{"), respond: () => false });
    closes(1);
    expect(published).toEqual([1]);
  });

  it("R4 strange reports without end do not make ours strange", () => {
    closes(1);
    others.sending(idOf(2));
    for (let bar = 1_000; bar < 2_000; bar += 1) heard(bar);
    heard(2);
    expect(others.alarms()).toEqual([]);
  });

  it("hears another reporter also after more bars of ours than are kept", () => {
    for (let bar = 1; bar <= 1_000; bar += 1) {
      others.sending(idOf(bar));
      heard(bar);
    }
    heard(1_001);
    closes(1_001);
    expect(others.withheld).toBe(1);
  });

  it("leaves the last bar to the other when it is stopped", async () => {
    heard(1);
    closes(1);
    closes(2);
    others.stop();
    closes(3);
    await clock.run(BEAT_MS);
    expect([published, others.withheld]).toEqual([[], 3]);
  });
});
