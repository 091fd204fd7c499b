import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALARM_NAMES } from "../../../src/reverb/view.ts";
import type { BeatPlace } from "../page/beat-clock.ts";
import type { Alarm, Status } from "../wire/types.ts";
import { alarmTodo, type Facts, healthLine, noticeOf } from "./health.ts";

const STATUS: Status = {
  cluster_id: "dev",
  node_id: "n1",
  version: "0.1.0",
  mode: "journal",
  durability: "process-crash-safe",
  durability_reason: null,
  health: { level: "good", text: "All is well" },
  expected_agents: null,
  lag_beats: 0,
  uptime_seconds: 10,
  timestamp: "2026-11-25T21:00:00.000Z",
  alarms: [],
};
const alarm = (name: string, text: string): Alarm => ({ name, text, since: "2026-11-25T21:00:00.000Z" });

const ill = (health: Status["health"], alarms: readonly Alarm[]): Status => ({ ...STATUS, health, alarms });
const bad = (text: string) => ({ level: "bad", text }) as const;
const warning = (text: string) => ({ level: "warning", text }) as const;
const ON_TIME: BeatPlace = { part: 0.5, beatOfBar: 1, pace: "on time", overdueMs: 0 };
const facts = (more: Partial<Facts> = {}): Facts => ({
  link: { kind: "live" },
  nowMs: 20_000,
  wallMs: new Date(2026, 10, 25, 12, 0, 8).getTime(),
  status: STATUS,
  place: ON_TIME,
  ...more,
});

describe("noticeOf", () => {
  it("says nothing while all is well, or nothing is known yet", () => {
    expect(noticeOf(facts())).toBeUndefined();
    expect(
      noticeOf(facts({ status: undefined, place: undefined, link: { kind: "connecting" } })),
    ).toBeUndefined();
  });

  it("says first that the link is lost, for how long, and when it tries again", () => {
    const link = { kind: "lost", sinceMs: 12_000, retryAtMs: 22_300 } as const;
    expect(noticeOf(facts({ link, place: { ...ON_TIME, pace: "stopped" } }))).toEqual({
      kind: "lost",
      text: "Reverb has not answered since 12:00:00: what you see is from then.",
      todo: "Live again in 3 s, if it is back.",
      others: [],
    });
    expect(noticeOf(facts({ link: { ...link, retryAtMs: 19_000 } }))?.todo).toContain("in 1 s");
  });

  it("BACKBEAT-REQ-003 says that there is no beat, and asks for the pulse", () => {
    const place: BeatPlace = { ...ON_TIME, pace: "stopped", overdueMs: 65_000 };
    expect(noticeOf(facts({ place }))).toEqual({
      kind: "no-beat",
      text: "No beat for 1 min 5 s: no bar can close.",
      todo: "Is a pulse running in this cluster?",
      others: [],
    });
  });

  it("BACKBEAT-REQ-003 blames the pulse for no beat only where reverb names nothing else", () => {
    const place: BeatPlace = { ...ON_TIME, pace: "stopped", overdueMs: 65_000 };
    const noBeat = alarm("no-beat", "no beat on b: no bar can close");
    const silent = ill(bad("no beat for 65 beat lengths on b"), [noBeat]);
    expect(noticeOf(facts({ place, status: silent }))).toMatchObject({ kind: "no-beat", others: [] });

    const broken = ill(bad("the journal was deleted"), [alarm("journal-broken", "the journal was deleted")]);
    expect(noticeOf(facts({ place, status: broken }))).toEqual({
      kind: "bad",
      text: "The journal was deleted.",
      todo: alarmTodo("journal-broken"),
      others: [],
    });
    const lost = alarm("link-lost", "NATS is not connected: claims may be missed");
    const both = ill(bad("NATS is not connected"), [lost, noBeat]);
    expect(noticeOf(facts({ place, status: both }))).toMatchObject({
      text: "NATS is not connected: claims may be missed.",
      others: [noBeat],
    });
  });

  it("says each alarm once, that which keeps reverb from its work first", () => {
    const short = alarm("journal-short", "recovery needs more than half of the journal");
    const noBeat = alarm("no-beat", "no beat on b: no bar can close");
    const stalled = alarm("journal-stalled", "the journal does not answer");
    const said = (status: Status): readonly string[] => {
      const notice = noticeOf(facts({ status }));
      return notice === undefined ? [] : [notice.text, ...notice.others.map(({ text }) => text)];
    };
    expect(said(ill(warning(`${short.text} (and 1 more)`), [short, stalled]))).toEqual([
      "Recovery needs more than half of the journal.",
      stalled.text,
    ]);
    expect(said(ill(bad(stalled.text), [short, stalled]))).toEqual([
      "The journal does not answer.",
      short.text,
    ]);
    expect(said(ill(bad("no beat for 9 beat lengths on b"), [short, noBeat]))).toEqual([
      "Recovery needs more than half of the journal.",
      noBeat.text,
    ]);
    // No alarm says why it is not ready.
    expect(said(ill(bad("the report stream is being read"), [short]))).toEqual([
      "The report stream is being read.",
      short.text,
    ]);
  });

  it("says what reverb says of itself, with what to do about the alarm", () => {
    const text = "recovery needs more than half of the journal";
    expect(noticeOf(facts({ status: ill(warning(text), [alarm("journal-short", text)]) }))).toEqual({
      kind: "warning",
      text: "Recovery needs more than half of the journal.",
      todo: "Raise --journal-max-bytes or --journal-max-age.",
      others: [],
    });
  });
});

describe("healthLine", () => {
  const line = (more: Partial<Facts>, issues: { severity: string }[] = []) =>
    healthLine({ ...facts(more), issues });

  it("names the worst that is known", () => {
    expect(line({})).toEqual({ level: "good", text: "all is well" });
    expect(line({}, [{ severity: "warning" }, { severity: "info" }]).text).toBe("well, with 1 warning");
    expect(line({}, [{ severity: "error" }, { severity: "critical" }])).toEqual({
      level: "warning",
      text: "2 errors in the last bar",
    });
    expect(line({ status: { ...STATUS, health: { level: "bad", text: "" } } }).text).toBe("not ready");
    expect(line({ place: { ...ON_TIME, pace: "stopped" } }).text).toBe("no beat");
    const broken = ill(bad("x"), [alarm("standing-by", "x")]);
    expect(line({ place: { ...ON_TIME, pace: "stopped" }, status: broken }).text).toBe("not ready");
    expect(line({ link: { kind: "lost", sinceMs: 0, retryAtMs: 0 } })).toEqual({
      level: "unknown",
      text: "not connected",
    });
  });
});

describe("alarmTodo", () => {
  it("knows what to do about every alarm of docs/operations.md, and of no other", () => {
    const docs = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    for (const name of ALARM_NAMES) {
      expect(alarmTodo(name)).toMatch(/[.?]$/);
      expect(docs).toContain(`\`${name}\``);
    }
    expect(alarmTodo("constructor")).toBe("");
  });
});
