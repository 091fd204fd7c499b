import { describe, expect, it } from "vitest";
import { Ledger, type ReportFacts, type StoredEntry } from "./ledger.ts";
import type { LogLine } from "./load.ts";

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
}: {
  readonly stored?: readonly ReportFacts[];
  readonly held?: readonly StoredEntry[];
  readonly acked?: readonly LogLine[];
} = {}) {
  const ledger = new Ledger(stored, { agents: AGENTS });
  for (const entry of held) ledger.take(entry);
  return ledger.finish(acked);
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
});
