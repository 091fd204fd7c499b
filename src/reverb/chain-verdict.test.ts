import { describe, expect, it } from "vitest";
import { chainRecordOf } from "../../test/support/chain-records.ts";
import { type ChainRecord, profileHashOf } from "../contracts/chain-record.ts";
import type { ReplayStart } from "../contracts/report-headers.ts";
import { type ChainFacts, judgeChain } from "./chain-verdict.ts";
import type { Chain, TailReport } from "./report-tail.ts";

const profile = { algorithm: 2, cluster_id: "c", lead_beats: 8 };
const signature = { cluster_id: "c", node: "n", made_at: "2026-01-01T00:00:00.000Z" };
const journal = { id: "j", firstSeq: 1, lastSeq: 500, bytes: 0 };
const replaceProfile = profileHashOf(profile);
const carry = { barLength: 8, fromBeat: 17, fromIsExact: true, closedIds: [] };

function chainOf(changes: Partial<ChainRecord> = {}): Chain {
  return { id: "chain", record: chainRecordOf({ ...signature, profile, ...changes }), seq: 1 };
}

function reportOf(replayFrom: ReplayStart): TailReport {
  const facts = { algorithm: 2, chain: "chain", profile: "p", prev: "", claims: 0, replayFrom };
  return {
    seq: 9,
    facts: { ...facts, firstSeq: 300, lastSeq: 400 },
    hash: "h",
    saidHash: "h",
    body: new Uint8Array(),
  };
}

const judge = (changes: Partial<ChainFacts> = {}) =>
  judgeChain({
    chain: chainOf(),
    lastOfChain: undefined,
    journal,
    profile,
    signature,
    ...changes,
  });

describe("judgeChain", () => {
  it("R7 without a chain one is begun, at the first entry of the journal", () => {
    expect(judge({ chain: undefined })).toMatchObject({
      kind: "begin",
      record: {
        reason: "begun",
        from: { seq: 1 },
        partial: false,
        after_first_seq: 0,
        journal_id: "j",
        profile,
      },
    });
  });

  it("R1 reports whose chain record is lost are not begun anew", () => {
    expect(judge({ chain: undefined, hasReports: true })).toMatchObject({ kind: "broken" });
  });

  it("R7 a chain that begins in a journal that was cut already has a partial first bar", () => {
    expect(judge({ chain: undefined, journal: { ...journal, firstSeq: 40 } })).toMatchObject({
      kind: "begin",
      record: { from: { seq: 40 }, partial: true },
    });
  });

  it("R7 an empty journal begins at its first sequence", () => {
    const empty = { ...journal, firstSeq: 1, lastSeq: 0 };
    expect(judge({ chain: undefined, journal: empty })).toMatchObject({
      record: { from: { seq: 1 }, partial: false },
    });
  });

  it("R7 a chain without a report is followed from its begin", () => {
    const chain = chainOf({ from: { seq: 7, carry }, partial: true, after_first_seq: 5 });
    expect(judge({ chain })).toEqual({
      kind: "follow",
      begin: { replay: { seq: 7, carry }, partial: true, afterFirstSeq: 5 },
    });
  });

  it("R7 a chain with reports is followed from the last one's Replay-From, that report included", () => {
    expect(judge({ lastOfChain: reportOf({ seq: 200, carry }) })).toEqual({
      kind: "follow",
      begin: { replay: { seq: 200, carry }, partial: false, afterFirstSeq: 299 },
    });
  });

  it("R7 a Replay-From without a carry is the begin of the chain, with what that knows", () => {
    const chain = chainOf({ from: { seq: 7, carry }, partial: true });
    expect(judge({ chain, lastOfChain: reportOf({ seq: 7 }) })).toEqual({
      kind: "follow",
      begin: { replay: { seq: 7, carry }, partial: true, afterFirstSeq: 299 },
    });
  });

  it("R7 other settings are refused with the differences", () => {
    const verdict = judge({ profile: { ...profile, lead_beats: 4 } });
    expect(verdict).toMatchObject({
      kind: "refuse",
      error: { data: { differences: ["--lead is 4 here and 8 in the last report"] } },
    });
  });

  it("R7 --replace-profile of the running one begins a chain behind the last report", () => {
    const ours = { ...profile, lead_beats: 4 };
    const verdict = judge({ profile: ours, replaceProfile, lastOfChain: reportOf({ seq: 200, carry }) });
    expect(verdict).toMatchObject({
      kind: "begin",
      record: {
        reason: "replaced-profile",
        replaced: [replaceProfile],
        from: { seq: 200, carry },
        after_first_seq: 300,
        partial: false,
        profile: ours,
      },
    });
  });

  it("R7 --replace-profile with the same settings changes nothing, whatever it names", () => {
    for (const named of [replaceProfile, "0123456789ab"])
      expect(judge({ replaceProfile: named }).kind).toBe("follow");
  });

  it("R7 a lower algorithm stands by, whatever --replace-profile names", () => {
    const older = { ...profile, algorithm: 1 };
    for (const named of [undefined, replaceProfile])
      expect(judge({ profile: older, replaceProfile: named }).kind).toBe("stand-by");
  });

  it("R7 a higher algorithm is another setting: refused, and a new chain only by --replace-profile", () => {
    const newer = { ...profile, algorithm: 3 };
    expect(judge({ profile: newer })).toMatchObject({
      kind: "refuse",
      error: { data: { differences: ["the algorithm is 3 here and 2 in the last report"] } },
    });
    expect(judge({ profile: newer, replaceProfile })).toMatchObject({
      kind: "begin",
      record: { reason: "replaced-profile", profile: newer },
    });
  });

  it.each([
    ["replaced", { ...journal, id: "k" }],
    ["cut", { ...journal, firstSeq: 201 }],
    ["went-back", { ...journal, lastSeq: 399 }],
  ])("R1 a journal that was %s is not followed, nor begun anew unasked", (kind, broken) => {
    const lastOfChain = reportOf({ seq: 200, carry });
    expect(judge({ journal: broken, lastOfChain })).toMatchObject({ kind: "broken", fault: { kind } });
    expect(
      judge({ journal: broken, lastOfChain, replaceProfile, profile: { ...profile, lead_beats: 4 } }),
    ).toMatchObject({ kind: "broken", fault: { kind } });
  });
});
