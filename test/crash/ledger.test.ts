import { describe, expect, it } from "vitest";
import { Ledger, type LedgerOptions, type ReportFacts, type StoredEntry } from "./ledger.ts";
import type { LogLine } from "./load.ts";
import { shortReports } from "./short-reports.ts";

const AGENTS = 10;

/** Two bars of two beats: a claim in each, one sent twice, one too late; then the frame of a third bar. */
const entries: readonly StoredEntry[] = [
  { kind: "frame", seq: 1, beat: 1, windowId: "a" },
  { kind: "claim", seq: 2, id: 1, beat: 1 },
  { kind: "claim", seq: 3, id: 1, beat: 1 },
  { kind: "claim", seq: 4, id: 2, beat: 3 },
  { kind: "frame", seq: 5, beat: 3, windowId: "b" },
  { kind: "claim", seq: 6, id: 3, beat: 2 },
  { kind: "tick", seq: 7 },
  { kind: "claim", seq: 8, id: 4, beat: 2 },
  { kind: "frame", seq: 9, beat: 4, windowId: "b" },
  { kind: "frame", seq: 10, beat: 5, windowId: "c" },
  { kind: "tick", seq: 11 },
];

const reports: readonly ReportFacts[] = [
  {
    windowId: "a",
    fromBeat: 1,
    toBeat: 2,
    seq: 2,
    firstSeq: 1,
    lastSeq: 7,
    claims: 2,
    agentsReporting: 2,
    issues: { duplicate_claims: 1, missed_beats: 1 },
    hash: "h1",
    prev: "",
  },
  {
    windowId: "b",
    fromBeat: 3,
    toBeat: 4,
    seq: 3,
    firstSeq: 5,
    lastSeq: 11,
    claims: 1,
    agentsReporting: 1,
    issues: { late_claims: 1 },
    hash: "h2",
    prev: "h1",
  },
];

const log: readonly LogLine[] = [
  { kind: "claim", id: 1, beat: 1, seq: 2 },
  { kind: "claim", id: 2, beat: 3, seq: 4 },
  { kind: "claim", id: 3, beat: 2, seq: 6 },
  { kind: "claim", id: 4, beat: 2, seq: 8 },
];

function judged({
  stored = reports,
  held = entries,
  acked = log,
  options = {},
  sent,
}: {
  readonly stored?: readonly ReportFacts[];
  readonly held?: readonly StoredEntry[];
  readonly acked?: readonly LogLine[];
  readonly options?: Partial<LedgerOptions>;
  readonly sent?: number;
} = {}) {
  const ledger = new Ledger(stored, { agents: AGENTS, ...options });
  for (const entry of held) ledger.take(entry);
  return ledger.finish(acked, sent === undefined ? {} : { sent });
}

const changed = (change: Partial<ReportFacts>): ReportFacts[] => [
  reports[0] as ReportFacts,
  { ...(reports[1] as ReportFacts), ...change },
];

describe("the oracle of the crash tests", () => {
  it("R1 R6 finds nothing where everything adds up, and books each claim once", () => {
    const { faults, figures } = judged();
    expect(faults).toEqual([]);
    expect(figures).toMatchObject({ claims: 5, counted: 3, duplicate: 1, late: 1, open: 0, acked: 4 });
  });

  it.each([
    ["a claim that is not counted", changed({ claims: 0 }), "claims 0 reported, 1 booked"],
    ["a late claim that is not told", changed({ issues: {} }), "late claims 0 reported, 1 booked"],
    ["a wrong number of agents", changed({ agentsReporting: 2 }), "agents 2 reported, 1 booked"],
    ["a report of no bar", [...reports, { ...changed({})[1], windowId: "z" } as ReportFacts], "window z"],
    ["a bar without report", reports.slice(0, 1), "window b, opened at 5, has no report"],
    ["a report that is stored twice", [...reports, ...changed({}).slice(1)], "window b is stored twice"],
    ["a report that another hid", changed({ prev: "h0" }), "does not name the one before it"],
    ["beats in no report", changed({ fromBeat: 4 }), "beats between 2 and 4"],
  ])("R1 finds %s", (_what, stored, text) => {
    expect(judged({ stored }).faults.join("\n")).toContain(text);
  });

  it("R6 finds an acknowledged claim that is not there", () => {
    const held = entries.filter(({ seq }) => seq !== 6);
    expect(judged({ held }).faults).toContain("claim 3 was acknowledged at 6, where it does not stand");
    expect(judged({ held }).figures.ackedLost).toBe(1);
  });

  it("R6 explains what is counted by what was sent, acknowledged or not, each once", () => {
    // Claim 2 is stored, its acknowledgement lost; sent again, it is acknowledged where it is late.
    const held: StoredEntry[] = [...entries, { kind: "claim", seq: 12, id: 2, beat: 3 }];
    const acked = log.map((line) => (line.kind === "claim" && line.id === 2 ? { ...line, seq: 12 } : line));
    const { faults, figures } = judged({ held, acked, sent: 4 });
    expect(faults).toEqual([]);
    expect(figures).toMatchObject({ claims: 6, counted: 3, duplicate: 1, late: 2, acked: 4, ackedLost: 0 });
    const unacknowledged = log.filter((line) => line.kind === "claim" && line.id !== 4);
    expect(judged({ acked: unacknowledged, sent: 4 }).faults).toEqual([]);
  });

  it.each([
    ["nobody's", 0],
    ["beyond the last that was sent", 5],
  ])("R6 finds a counted claim that is %s", (_what, id) => {
    const held: StoredEntry[] = entries.map((entry) =>
      entry.kind === "claim" && entry.seq === 4 ? { ...entry, id } : entry,
    );
    const { faults } = judged({ held, acked: log.filter(({ seq }) => seq !== 4), sent: 4 });
    expect(faults).toEqual([`claim ${id} is stored at 4, and was never sent`]);
  });
});

describe("the oracle, of a chain that was begun anew on a journal that was lost", () => {
  /** Bar b was joined at its second beat; claim 7 was sent ahead, before any frame, for the bar after it. */
  const held: readonly StoredEntry[] = [
    { kind: "claim", seq: 2, id: 6, beat: 4 },
    { kind: "claim", seq: 3, id: 7, beat: 5 },
    { kind: "frame", seq: 4, beat: 4, windowId: "b" },
    { kind: "claim", seq: 5, id: 8, beat: 4 },
    { kind: "frame", seq: 6, beat: 5, windowId: "c" },
    { kind: "tick", seq: 7 },
    { kind: "claim", seq: 8, id: 9, beat: 5 },
    { kind: "frame", seq: 9, beat: 6, windowId: "c" },
    { kind: "frame", seq: 10, beat: 7, windowId: "d" },
    { kind: "tick", seq: 11 },
    { kind: "claim", seq: 12, id: 10, beat: 7 },
    { kind: "frame", seq: 13, beat: 9, windowId: "e" },
  ];
  const bar = { agentsReporting: 2, claims: 2, issues: {}, seq: 9 };
  const stored: readonly ReportFacts[] = [
    { ...bar, windowId: "b", fromBeat: 3, toBeat: 4, firstSeq: 4, lastSeq: 7, hash: "h9", prev: "h8" },
    { ...bar, windowId: "c", fromBeat: 5, toBeat: 6, firstSeq: 6, lastSeq: 11, hash: "h10", prev: "h9" },
  ].map((report, at) => (at === 0 ? { ...report, issues: { partial_window: 1 } } : report));
  /** Claims 5 and 6 were acknowledged by the journal that is gone; 6 was sent again. */
  const acked: readonly LogLine[] = [
    { kind: "frame", beat: 3, windowId: "b", seq: 4, sentAtMs: 3 },
    { kind: "claim", id: 5, beat: 3, seq: 5 },
    { kind: "claim", id: 7, beat: 5, seq: 3 },
    { kind: "frame", beat: 4, windowId: "b", seq: 4, sentAtMs: 4 },
    { kind: "claim", id: 8, beat: 4, seq: 5 },
    { kind: "frame", beat: 5, windowId: "c", seq: 6, sentAtMs: 5 },
    { kind: "claim", id: 9, beat: 5, seq: 8 },
    { kind: "frame", beat: 7, windowId: "d", seq: 10, sentAtMs: 7 },
    { kind: "claim", id: 10, beat: 7, seq: 12 },
  ];
  const options = { chain: { fromSeq: 2, prev: "h8" }, upToSeq: 11 };

  it("R1 R6 judges it as far as its last report, and counts what was sent ahead of all of it", () => {
    const { faults, figures } = judged({ stored, held, acked, options });
    expect(faults).toEqual([]);
    expect(figures).toMatchObject({ reports: 2, claims: 4, counted: 4, late: 0, acked: 2, ackedLost: 0 });
  });

  it("R1 judges all of it where it is not told how far", () => {
    const { faults } = judged({ stored, held, acked, options: { chain: options.chain } });
    expect(faults).toEqual(["window d, opened at 10, has no report"]);
  });

  it("R1 finds a bar before the last report that has none, how far it judges or not", () => {
    const { faults } = judged({ stored: stored.slice(1), held, acked, options });
    expect(faults).toContain("window b, opened at 4, has no report");
  });

  it("R6 takes nothing from before its begin, and finds the claim that is counted all the same", () => {
    const { faults } = judged({
      stored,
      held,
      acked,
      options: { ...options, chain: { fromSeq: 4, prev: "h8" } },
    });
    expect(faults).toContain("window c: claims 2 reported, 1 booked");
  });

  it("R1 R6 finds a claim that its journal acknowledged and does not hold, and a chain that hangs on nothing", () => {
    const lost = judged({ stored, held: held.filter(({ seq }) => seq !== 8), acked, options });
    expect(lost.faults).toContain("claim 9 was acknowledged at 8, where it does not stand");
    const loose = judged({ stored, held, acked, options: { ...options, chain: { fromSeq: 2, prev: "h7" } } });
    expect(loose.faults).toEqual(["the report of window b does not name the one before it"]);
  });

  it("R1 finds a report that calls itself complete and counts less than was acknowledged during its bar", () => {
    expect(shortReports(stored, acked)).toEqual([]);
    const short = stored.map((report) => ({ ...report, claims: 0 }));
    expect(shortReports(short, acked)).toEqual([
      "window c calls itself complete and counts 0, acknowledged during it were 1",
    ]);
  });
});
