import { describe, expect, it } from "vitest";
import { subjectsOf } from "../../contracts/subjects.ts";
import type { StreamCluster, StreamConfig, StreamInfo } from "../stream-info.ts";
import { journalPlan, leasePlan, reportsPlan } from "../stream-plans.ts";
import { judgeStreams, type StreamFacts } from "./streams.ts";

const plans = {
  clusterId: "c",
  subjects: subjectsOf("c"),
  retention: { ageMaxMs: 3_600_000, bytesMax: 1_000_000 },
  reports: { bytesMax: 1_000_000 },
};
const wanted = { journal: journalPlan(plans), reports: reportsPlan(plans), lease: leasePlan(plans) };

const stream = (
  config: StreamConfig,
  { cluster, ...state }: Partial<StreamInfo["state"]> & { readonly cluster?: StreamCluster } = {},
): StreamInfo => ({
  config,
  created: "2026-01-01T00:00:00Z",
  state: {
    messages: 100,
    bytes: 10_000,
    first_seq: 1,
    last_seq: 100,
    first_ts: "2026-01-01T00:00:00Z",
    last_ts: "2026-01-01T00:10:00Z",
    ...state,
  },
  ...(cluster === undefined ? {} : { cluster }),
});

/** Bars of a minute. */
const RHYTHM = { beatMs: 1_000, barLength: 60 };

const judge = (changes: Partial<StreamFacts> = {}) =>
  judgeStreams({
    journal: stream(wanted.journal),
    reports: stream(wanted.reports),
    lease: stream(wanted.lease),
    wanted,
    serversKnown: 1,
    rhythm: RHYTHM,
    replayFromSeq: 50,
    ...changes,
  });

const journal = (config: Partial<StreamConfig>, state: Parameters<typeof stream>[1] = {}) =>
  judge({ journal: stream({ ...wanted.journal, ...config }, state) });

describe("judgeStreams", () => {
  it("all well: five times ok", () => {
    expect(judge().map(({ check, level }) => [check, level])).toEqual([
      ["journal", "ok"],
      ["report stream", "ok"],
      ["lease", "ok"],
      ["retention", "ok"],
      ["recovery", "ok"],
    ]);
  });

  it.each<[string, ReturnType<typeof judge>, string, RegExp]>([
    ["no journal yet", judge({ journal: "missing" }), "note", /BACKBEAT_JOURNAL_c is not there/],
    ["not looked at", judge({ reports: "unknown" }), "note", /could not be looked at/],
    ["discard new", journal({ discard: "new" }), "problem", /discard is new, expected old/],
    ["other subjects", journal({ subjects: ["x"] }), "problem", /subjects are x/],
    ["a limit on messages", journal({ max_msgs: 5 }), "problem", /max_msgs is 5/],
    [
      "other limits",
      journal({ max_bytes: 2_000_000 }),
      "note",
      /keeps 60\.0 min, 2000000 bytes.*say 60\.0 min, 1000000 bytes/,
    ],
    ["one copy among three servers", judge({ serversKnown: 3 }), "warning", /kept by one of 3 servers/],
    ["two replicas", journal({ num_replicas: 2 }), "warning", /has 2 replicas/],
    ["no leader", journal({}, { cluster: { name: "c" } }), "problem", /no leader/],
    [
      "a replica that is away",
      journal({}, { cluster: { leader: "n1", replicas: [{ name: "n2", current: false, offline: true }] } }),
      "warning",
      /n2 is offline/,
    ],
    [
      "a replica that is behind",
      journal({}, { cluster: { leader: "n1", replicas: [{ name: "n2", current: false }] } }),
      "warning",
      /n2 is behind/,
    ],
    ["no rhythm known", judge({ rhythm: undefined }), "note", /no beat could be heard/],
    ["a bar of unknown length", judge({ rhythm: { beatMs: 1_000 } }), "note", /no beat could be heard/],
    [
      "kept for less than three bars",
      journal({ max_age: 179e9 }),
      "problem",
      /3 bars last 3\.0 min, the journal keeps 3\.0 min/,
    ],
    ["kept for less than six", journal({ max_age: 359e9 }), "warning", /the journal keeps 6\.0 min/],
    // 10 minutes of 600 kB: a million bytes hold 16 minutes; of 4 MB, two and a half.
    [
      "filled in less than three bars",
      journal({}, { bytes: 4_000_000 }),
      "problem",
      /at the rate of what it holds/,
    ],
    ["filled in less than six", journal({}, { bytes: 2_000_000 }), "warning", /at the rate of what it holds/],
    [
      "cut already",
      journal({}, { first_seq: 51 }),
      "problem",
      /begins at 51, the last report says to begin at 50/,
    ],
    ["purged", journal({}, { messages: 0, first_seq: 101 }), "problem", /begins at 101/],
    [
      "cut soon",
      journal({}, { first_seq: 45, bytes: 950_000 }),
      "warning",
      /is full, begins at 45, and is needed from 50/,
    ],
  ])("%s", (_name, findings, level, text) => {
    const found = findings.filter((finding) => text.test(finding.found));
    expect(
      found.map((finding) => finding.level),
      JSON.stringify(findings),
    ).toContain(level);
    if (level !== "note") expect(found[0]?.fix).toEqual(expect.any(String));
  });

  it("a full journal with room before what is needed is fine, and so is none without a report", () => {
    const full = { bytes: 999_000, first_seq: 1, last_seq: 90 };
    const levels = (findings: ReturnType<typeof judge>) =>
      findings.filter(({ check }) => check === "recovery").map(({ level }) => level);
    expect(levels(journal({}, full))).toEqual(["ok"]);
    expect(levels(judge({ replayFromSeq: undefined }))).toEqual([]);
  });
});
